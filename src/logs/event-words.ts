// The operator API's events in words. It keeps the names that agents and frameworks go by: events mostly give their IDs.
import type { OperatorNews } from "../client/operator-stream.ts";
import type { OperatorState } from "../mesos/operator-events.ts";
import type { TaskStatus } from "../mesos/types.ts";

type NewsEvent = Extract<OperatorNews, { kind: "event" }>["event"];
type Agent = NonNullable<NonNullable<OperatorState["get_agents"]>["agents"]>[number];
type Framework = NonNullable<NonNullable<OperatorState["get_frameworks"]>["frameworks"]>[number];

const STATES: Readonly<Record<string, string>> = {
  TASK_STAGING: "is on its way",
  TASK_STARTING: "is starting",
  TASK_RUNNING: "is running",
  TASK_KILLING: "is being killed",
  TASK_FINISHED: "has finished",
  TASK_FAILED: "has failed",
  TASK_KILLED: "was killed",
  TASK_ERROR: "was refused, as its description is invalid",
  TASK_LOST: "is lost",
  TASK_DROPPED: "was dropped before it started",
  TASK_UNREACHABLE: "cannot be reached, as its agent cannot",
  TASK_GONE: "is gone with its agent",
  TASK_GONE_BY_OPERATOR: "is gone, as an operator has said",
  TASK_UNKNOWN: "is not known to the master",
};

export class EventWords {
  readonly #agents = new Map<string, string>();
  readonly #frameworks = new Map<string, string>();

  /** One sentence without its full stop. */
  say(news: OperatorNews): string {
    if (news.kind === "waiting") return `waiting for a leading master: ${news.reason}`;
    if (news.kind === "lost") return `no events for now: ${news.reason.replace(/\.$/, "")}`;
    return news.kind === "subscribed" ? this.#subscribed(news) : this.#event(news.event);
  }

  #subscribed({ master, state }: Extract<OperatorNews, { kind: "subscribed" }>): string {
    const { get_agents: { agents = [] } = {}, get_frameworks: { frameworks = [] } = {}, get_tasks: tasks } = state;
    for (const agent of agents) this.#learnAgent(agent);
    for (const framework of frameworks) this.#learnFramework(framework.framework_info);
    const there = [counted(agents.length, "agent"), counted(frameworks.length, "framework")];
    return `${master} leads, with ${there.join(", ")}, ${counted(tasks?.tasks?.length ?? 0, "task")}`;
  }

  #event(event: NewsEvent): string {
    switch (event.type) {
      case "TASK_ADDED": {
        const { task_id: id, framework_id: framework, agent_id: agent } = event.task_added.task;
        return `task ${id.value} of ${this.#framework(framework.value)} is launched on agent ${this.#agent(agent.value)}`;
      }
      case "TASK_UPDATED": {
        const { framework_id: framework, status } = event.task_updated;
        const where = status.agent_id === undefined ? "" : ` on agent ${this.#agent(status.agent_id.value)}`;
        return `task ${status.task_id.value} of ${this.#framework(framework.value)}${where} ${fate(status)}`;
      }
      case "AGENT_ADDED": {
        const { agent } = event.agent_added;
        return `agent ${this.#learnAgent(agent)} has registered${agent.version === undefined ? "" : `, Mesos ${agent.version}`}`;
      }
      case "AGENT_REMOVED":
        return `agent ${this.#agent(event.agent_removed.agent_id.value)} is removed`;
      case "FRAMEWORK_ADDED":
        return `framework ${this.#learnFramework(event.framework_added.framework.framework_info)} has subscribed`;
      case "FRAMEWORK_UPDATED":
        return `framework ${this.#updated(event.framework_updated.framework)}`;
      case "FRAMEWORK_REMOVED":
        return `framework ${this.#learnFramework(event.framework_removed.framework_info)} is removed`;
      default:
        return (event as { type: string }).type;
    }
  }

  #updated({ framework_info, connected, active }: Framework): string {
    const name = this.#learnFramework(framework_info);
    if (connected === false) return `${name} is disconnected`;
    return `${name} ${active === false ? "is connected and not active" : "is connected"}`;
  }

  #learnAgent({ agent_info: { id, hostname, port = 5051 } }: Agent): string {
    const name = `${hostname}:${port}`;
    if (id !== undefined) this.#agents.set(id.value, name);
    return name;
  }

  #learnFramework({ id, name }: Framework["framework_info"]): string {
    if (id !== undefined) this.#frameworks.set(id.value, name);
    return name === "" ? (id?.value ?? "without a name") : name;
  }

  #agent(id: string): string {
    return this.#agents.get(id) ?? id;
  }

  #framework(id: string): string {
    return this.#frameworks.get(id) || id;
  }
}

function fate({ state, healthy, reason, message }: TaskStatus): string {
  const health = healthy === undefined ? [] : [healthy ? "healthy" : "not healthy"];
  const named = [state, ...health, ...(reason === undefined ? [] : [reason])].join(", ");
  const said = message === undefined || message === "" ? "" : `: ${message.replaceAll(/\s*\n\s*/g, " ").trim()}`;
  return `${STATES[state] ?? "has a new state"} (${named})${said}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
