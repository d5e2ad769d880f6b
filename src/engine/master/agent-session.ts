// One connection of an agent: what it says first decides which agent it is, everything after that is about that agent.
import type { MasterSideLink } from "../common/agent-link.ts";
import type { Timer } from "../common/clock.ts";
import type { AgentToMaster } from "../protocol.ts";
import { registerAgent, reregisterAgent } from "./agent-registration.ts";
import { disconnectAgent, loseAgent } from "./agents.ts";
import type { MasterContext } from "./context.ts";
import { checkDrained } from "./drain.ts";
import { receiveOperationUpdate } from "./operations.ts";
import type { Agent } from "./state.ts";
import { receiveUpdate, removeExecutor } from "./tasks.ts";

/** An agent registers as soon as it is connected; who does not, is none. */
const REGISTRATION_DEADLINE_MS = 15_000;

/** Handles the messages of one connection, each after the one before it has been dealt with. */
export class AgentSession {
  readonly #master: MasterContext;
  #link: MasterSideLink | undefined;
  #agent: Agent | undefined;
  #deadline: Timer | undefined;
  /** Messages that wait, or wait for others; undefined while there are none. */
  #last: Promise<void> | undefined;

  constructor(master: MasterContext) {
    this.#master = master;
  }

  /** To be called before the first message can arrive. */
  attach(link: MasterSideLink): void {
    this.#link = link;
    this.#deadline = this.#master.clock.after(REGISTRATION_DEADLINE_MS, () => {
      this.#master.log.warning("Closing the connection of an agent that does not register");
      link.close();
    });
  }

  receive(message: AgentToMaster): void {
    if (message.type === "PONG" && this.#agent) {
      if (this.#agent.pings) this.#agent.pings.answered = true;
      return;
    }
    if (message.type === "REGISTER" || message.type === "REREGISTER") this.#deadline?.cancel();
    // Registration waits for the registry; whatever follows must not overtake it.
    if (this.#last)
      this.#wait(
        this.#last.then(() => this.#handle(message)),
        message,
      );
    else {
      try {
        const handling = this.#handle(message);
        if (handling) this.#wait(handling, message);
      } catch (error) {
        this.#fail(message, error);
      }
    }
  }

  #wait(handling: Promise<void>, message: AgentToMaster): void {
    const last = handling
      .catch((error: unknown) => this.#fail(message, error))
      .finally(() => {
        if (this.#last === last) this.#last = undefined;
      });
    this.#last = last;
  }

  #fail(message: AgentToMaster, error: unknown): void {
    this.#master.log.error(`Failed to handle ${message.type} of an agent: ${(error as Error).message}`);
    this.#link?.close();
  }

  closed(): void {
    const { counters } = this.#master;
    this.#deadline?.cancel();
    void Promise.resolve(this.#last).then(() => {
      if (!this.#agent || !this.#link) return;
      counters.count("slave_disconnections");
      disconnectAgent(this.#master, this.#agent, this.#link);
    });
  }

  /** A promise only where something has to be waited for: most messages are updates, and there are many of them. */
  #handle(message: AgentToMaster): Promise<void> | undefined {
    const master = this.#master;
    const link = this.#link;
    if (!link) return undefined;
    if (message.type === "REGISTER" || message.type === "REREGISTER") return this.#register(link, message);
    const agent = this.#agent;
    // An agent that was removed, or taken over by a newer connection, has nothing to say here any more.
    if (agent?.link !== link) return undefined;
    if (message.type === "UPDATE") receiveUpdate(master, agent, message.update);
    else if (message.type === "OPERATION_UPDATE") receiveOperationUpdate(master, agent, message.operation_update);
    else if (message.type === "MESSAGE") this.#toFramework(agent, message.message);
    else if (message.type === "EXITED_EXECUTOR") this.#exited(agent, message.exited_executor);
    else if (message.type === "UNREGISTER") {
      master.counters.count("messages_unregister_slave");
      return loseAgent(master, agent, "unregistered").then(() => checkDrained(master, agent));
    }
    return agent.drain ? checkDrained(master, agent) : undefined;
  }

  async #register(
    link: MasterSideLink,
    message: Extract<AgentToMaster, { type: "REGISTER" | "REREGISTER" }>,
  ): Promise<void> {
    const master = this.#master;
    this.#agent =
      message.type === "REGISTER"
        ? await registerAgent(master, link, message.register)
        : await reregisterAgent(master, link, message.reregister);
    if (this.#agent?.link === link && this.#agent.drain) await checkDrained(master, this.#agent);
  }

  #toFramework(agent: Agent, message: Extract<AgentToMaster, { type: "MESSAGE" }>["message"]): void {
    const { framework_id: frameworkId, executor_id, data } = message;
    this.#master.counters.count("messages_executor_to_framework");
    const stream = this.#master.state.frameworks.get(frameworkId.value)?.stream;
    this.#master.counters.count(`${stream ? "" : "in"}valid_executor_to_framework_messages`);
    stream?.send({ type: "MESSAGE", message: { agent_id: { value: agent.id }, executor_id, data } });
  }

  #exited(agent: Agent, exited: Extract<AgentToMaster, { type: "EXITED_EXECUTOR" }>["exited_executor"]): void {
    const { framework_id: frameworkId, executor_id: executorId, status } = exited;
    this.#master.counters.count("messages_exited_executor");
    removeExecutor(this.#master, agent, { frameworkId: frameworkId.value, executorId: executorId.value });
    const failure = { agent_id: { value: agent.id }, executor_id: executorId, status };
    this.#master.state.frameworks.get(frameworkId.value)?.stream?.send({ type: "FAILURE", failure });
  }
}
