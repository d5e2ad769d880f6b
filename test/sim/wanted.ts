// What users want of a simulation's scheduler, and what there is of it.
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { Command } from "../../src/scheduler/core/inputs.ts";
import type { SchedulerState } from "../../src/scheduler/core/state.ts";
import type { AgentTask, SimulatedAgent } from "./agent.ts";
import { possibleOn } from "./apps.ts";
import type { Cluster } from "./cluster.ts";
import { Promises } from "./promises.ts";

export class Wanted {
  /** What users see of the scheduler: its apps when it last started. */
  readonly seen = new Map<string, AppSpec>();
  readonly #cluster: Cluster;
  readonly #state: () => SchedulerState | undefined;
  readonly #promises = new Promises();

  /** `state` is what the scheduler that runs knows. */
  constructor(cluster: Cluster, state: () => SchedulerState | undefined) {
    this.#cluster = cluster;
    this.#state = state;
  }

  /** What users asked for last, by the names of apps. */
  get apps(): ReadonlyMap<string, AppSpec> {
    return this.#promises.apps;
  }

  /** What was promised and was not kept when a scheduler started. */
  get violations(): readonly string[] {
    return this.#promises.violations;
  }

  /** Another process is the scheduler. */
  started(state: SchedulerState): void {
    this.#promises.begun(state);
    this.seen.clear();
    for (const { spec, removing } of state.apps.values()) if (!removing) this.seen.set(spec.name, spec);
  }

  /** The scheduler is about to take the command. To be called with what it then knows; gives what to call once it is stored. */
  asked(command: Command): (state: SchedulerState) => () => void {
    const ends = this.#endedBy(command);
    return (state) => this.#promises.note(command, { state, ends });
  }

  /** Tasks that run, and where. */
  alive(): { agent: SimulatedAgent; task: AgentTask }[] {
    return this.#cluster.agents.flatMap((agent) =>
      [...agent.tasks.values()].filter(({ alive }) => alive).map((task) => ({ agent, task })),
    );
  }

  /** Between what runs and what is wanted: an app has as many instances as there is room for on those agents. */
  differences(agents: readonly SimulatedAgent[] = this.#cluster.agents): string[] {
    const { apps } = this;
    const alive = this.alive().map(({ task }) => task);
    const state = this.#state();
    const running = alive.map(({ info }) => info.task_id.value);
    const differences = state === undefined ? [] : this.#promises.broken(state, running);
    for (const spec of apps.values()) {
      const mine = alive.filter(({ info }) => info.name === spec.name);
      differences.push(...differencesOf(spec, mine, possibleOn(agents, spec)));
    }
    for (const { info } of alive)
      if (!apps.has(info.name)) differences.push(`${info.task_id.value} runs, and its app is gone`);
    return differences;
  }

  /** Instances that have more than one task. */
  twice(): string[] {
    const instances = this.alive().map(({ task }) => instanceOf(task));
    return instances.filter((one, i) => instances.indexOf(one) < i);
  }

  /** What is still under way or held although nothing happens any more. */
  leftovers(): string[] {
    const { leader, agents } = this.#cluster;
    const unacknowledged = agents.flatMap(({ tasks }) =>
      [...tasks].filter(([, { updates }]) => updates.length > 0).map(([id]) => id),
    );
    const known = this.#state()?.instances.size ?? 0;
    const wanted = [...this.apps.values()].reduce((sum, { instances }) => sum + instances, 0);
    return [
      ...(leader?.offersOlderThan(30_000) ?? []).map((id) => `offer ${id} is held`),
      ...(leader?.inverseOffersOlderThan(30_000) ?? []).map((id) => `inverse offer ${id} has no answer`),
      ...unacknowledged.map((id) => `an update of ${id} is not acknowledged`),
      ...(known === wanted ? [] : [`${known} instances are known, ${wanted} are wanted`]),
    ];
  }

  /** Tasks that run, and must not when the command has been obeyed. */
  #endedBy(command: Command): string[] {
    if (command.name === "kill") return [this.#state()?.instances.get(command.instance)?.task?.taskId ?? []].flat();
    if (command.name !== "restart") return [];
    const tasks = this.alive().map(({ task }) => task.info);
    return tasks.filter(({ name }) => name === command.app).map(({ task_id }) => task_id.value);
  }
}

const instanceOf = ({ info }: AgentTask): string => info.task_id.value.replace(/\.[^.]*$/, "");

function differencesOf(spec: AppSpec, tasks: readonly AgentTask[], possible: number): string[] {
  const slots = new Set(tasks.map(instanceOf));
  const differences: string[] = [];
  if (tasks.length !== possible) differences.push(`${spec.name}: ${tasks.length} tasks run, ${possible} are wanted`);
  if (slots.size !== tasks.length) differences.push(`${spec.name}: an instance runs twice`);
  for (const { info, state } of tasks) {
    if (state !== "TASK_RUNNING") differences.push(`${info.task_id.value} is ${state}`);
    const version = info.command?.environment?.variables?.find(({ name }) => name === "V")?.value;
    if (version !== spec.env["V"]) differences.push(`${info.task_id.value} is of another version`);
  }
  return differences;
}
