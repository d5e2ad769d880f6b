// An agent that says of every task that it runs, and runs nothing.
import { randomUUID } from "node:crypto";
import { type AgentSideLink, connectToMaster } from "../../src/engine/common/agent-link.ts";
import type { AgentDescription, AgentToMaster, MasterToAgent } from "../../src/engine/protocol.ts";
import { rangesResource, scalarResource } from "../../src/mesos/resources.ts";
import type { TaskInfo } from "../../src/mesos/types.ts";

export class LiveAgent {
  id = "";
  readonly #link: AgentSideLink;

  private constructor(link: AgentSideLink) {
    this.#link = link;
  }

  /** Resolves when its master has taken it in. @throws LinkRefusedError, Error if the master closes the connection */
  static register(port: number, name: string): Promise<LiveAgent> {
    return new Promise((resolve, reject) => {
      let agent: LiveAgent | undefined;
      const connecting = connectToMaster(
        { host: "127.0.0.1", port },
        {
          onMessage: (message) => {
            if (agent) agent.#hear(message);
            if (agent && message.type === "REGISTERED") resolve(agent);
          },
          onClose: () => reject(new Error("The master closed the connection of an agent")),
        },
      );
      connecting.then((link) => {
        agent = new LiveAgent(link);
        link.send({ type: "REGISTER", register: describeAgent(name) });
      }, reject);
    });
  }

  get connected(): boolean {
    return !this.#link.closed;
  }

  close(): void {
    this.#link.close();
  }

  #hear(message: MasterToAgent): void {
    if (message.type === "REGISTERED") this.id = message.registered.agent_id.value;
    if (message.type === "PING") this.#link.send({ type: "PONG" });
    if (message.type === "RUN_TASK") this.#report(message.run_task.framework.id, message.run_task.task);
    if (message.type === "RUN_TASK_GROUP")
      for (const task of message.run_task_group.tasks) this.#report(message.run_task_group.framework.id, task);
  }

  #report(frameworkId: { value: string } | undefined, task: TaskInfo): void {
    const agent_id = { value: this.id };
    const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64");
    const status = { task_id: task.task_id, state: "TASK_RUNNING", source: "SOURCE_EXECUTOR", agent_id, uuid } as const;
    this.#link.send({ type: "UPDATE", update: { framework_id: frameworkId ?? { value: "" }, agent_id, status } });
  }
}

/** The first message of an agent that its master does not know. */
export const registration = (name: string): AgentToMaster => ({ type: "REGISTER", register: describeAgent(name) });

/** `name` makes it another agent than those before. */
function describeAgent(name: string): AgentDescription {
  return {
    agent_info: {
      ...{ hostname: name, port: 5051, checkpoint: true, attributes: [] },
      resources: [
        ...[scalarResource("cpus", 4), scalarResource("mem", 4096), scalarResource("disk", 10_000)],
        rangesResource("ports", [{ begin: 31_000, end: 32_000 }]),
      ],
    },
    ...{ pid: `slave(1)@${name}:5051`, version: "1.12.0", capabilities: ["MULTI_ROLE"] },
  };
}
