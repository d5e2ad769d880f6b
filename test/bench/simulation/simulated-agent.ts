// An agent that is a connection and nothing else: its executors are functions of this process.
import { randomUUID } from "node:crypto";
import { type AgentSideLink, connectToMaster } from "../../../src/engine/common/agent-link.ts";
import { MESOS_VERSION, type MasterToAgent } from "../../../src/engine/protocol.ts";
import { rangesResource, scalarResource } from "../../../src/mesos/resources.ts";
import type { FrameworkID, TaskInfo, TaskState } from "../../../src/mesos/types.ts";
import type { Address } from "./scheduler-connection.ts";

/** Runs a task: tells its states as they come. */
export type SimulatedExecutor = (task: TaskInfo, report: (state: TaskState) => void) => void;

export const AGENT_CPUS = 8;
export const AGENT_MEM = 16384;
const CAPABILITIES = ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"];

/** The `index`th agent of a simulation, registered with the master. */
export async function startAgent(index: number, master: Address, execute: SimulatedExecutor): Promise<AgentSideLink> {
  const port = 10_000 + index;
  return new Promise((resolve, reject) => {
    const agent = { id: "" };
    const receive = (message: MasterToAgent, link: AgentSideLink): void => {
      if (message.type === "PING") link.send({ type: "PONG" });
      else if (message.type === "REGISTERED") {
        agent.id = message.registered.agent_id.value;
        resolve(link);
      } else if (message.type === "RUN_TASK") {
        const { framework, task } = message.run_task;
        execute(task, (state) => sendUpdate(link, agent.id, { frameworkId: framework.id, task, state }));
      }
    };
    const connected = connectToMaster(master, {
      onMessage: (message) => void connected.then((link) => receive(message, link)),
      onClose: () => reject(new Error("The master closed an agent's connection")),
    });
    connected.then((link) => link.send({ type: "REGISTER", register: describe(port) }), reject);
  });
}

function describe(port: number) {
  return {
    agent_info: {
      hostname: `agent-${port}.example`,
      port,
      resources: [
        scalarResource("cpus", AGENT_CPUS),
        scalarResource("mem", AGENT_MEM),
        scalarResource("disk", 100_000),
        rangesResource("ports", [{ begin: 31_000, end: 32_000 }]),
      ],
      attributes: [{ name: "rack", type: "TEXT" as const, text: { value: `r${port % 40}` } }],
    },
    pid: `slave(1)@127.0.0.1:${port}`,
    version: MESOS_VERSION,
    capabilities: CAPABILITIES,
  };
}

function sendUpdate(
  link: AgentSideLink,
  agentId: string,
  { frameworkId, task, state }: { frameworkId: FrameworkID | undefined; task: TaskInfo; state: TaskState },
): void {
  link.send({
    type: "UPDATE",
    update: {
      framework_id: frameworkId ?? { value: "" },
      agent_id: { value: agentId },
      executor_id: task.task_id,
      status: {
        ...{ task_id: task.task_id, state, source: "SOURCE_EXECUTOR", agent_id: { value: agentId } },
        ...{ executor_id: task.task_id, timestamp: Date.now() / 1000, uuid: newUuid() },
        container_status: { container_id: { value: task.task_id.value }, network_infos: [] },
      },
      latest_state: state,
    },
  });
}

const newUuid = (): string => Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64");
