// A simulated agent: what a Mesos agent does with tasks and their updates, as docs/agent-recovery.md,
// docs/high-availability-framework-guide.md and the status update manager have it. It knows nothing of this project.
import type { TaskInfo, TaskState, TaskStatus } from "../../src/mesos/types.ts";
import type { World } from "./world.ts";

export interface AgentTask {
  info: TaskInfo;
  frameworkId: string;
  state: TaskState;
  /** Updates that nobody has acknowledged, the oldest first. */
  updates: TaskStatus[];
  /** Whether its process runs; it outlives the agent's. */
  alive: boolean;
}

export interface AgentResources {
  cpus: number;
  mem: number;
  firstPort: number;
  lastPort: number;
}

/** What an agent says to a master. */
export interface MasterOfAgents {
  register(agent: SimulatedAgent): void;
  /** Whether it takes the agent for registered and connected. */
  hears(agent: SimulatedAgent): boolean;
  disconnected(agent: SimulatedAgent): void;
  fromAgent(agent: SimulatedAgent, said: { update: TaskStatus; latest: TaskState; frameworkId: string }): void;
}

/** What the whole simulation goes by. */
export interface Truth {
  taskStarted(agent: SimulatedAgent, task: AgentTask): void;
  taskEnded(agent: SimulatedAgent, task: AgentTask): void;
}

export interface TaskHabits {
  /** Of every task: that it fails by itself some time after it runs. */
  fails: number;
  /** That a task is never heard to start, and fails at its start. */
  failsAtStart: number;
}

const ACK_RETRY_MS = 10_000;

export class SimulatedAgent {
  readonly name: string;
  readonly rack: string;
  readonly resources: AgentResources;
  /** Given by the first master that admits it; another one after its work directory was lost. */
  id: string | undefined;
  running = true;
  /** Counts the machines that have stood in its place. */
  lives = 1;
  /** Neither master nor agent hears the other. */
  partitioned = false;
  tasks = new Map<string, AgentTask>();
  /** The master that it is registered at. */
  master: MasterOfAgents | undefined;
  habits: TaskHabits;
  readonly #world: World;
  readonly #truth: Truth;
  /** Of its registration: what was said in another one is not heard. */
  link = -1;
  #updates = 0;

  constructor(
    world: World,
    truth: Truth,
    about: { name: string; rack: string; resources: AgentResources; habits: TaskHabits },
  ) {
    this.#world = world;
    this.#truth = truth;
    this.name = about.name;
    this.rack = about.rack;
    this.resources = about.resources;
    this.habits = about.habits;
  }

  get reachable(): boolean {
    return this.running && !this.partitioned;
  }

  /** Looks for the leading master, again and again. */
  start(leader: () => MasterOfAgents | undefined): void {
    this.running = true;
    const look = () => {
      if (!this.running) return;
      const leading = leader();
      if (this.master !== undefined && (this.master !== leading || !this.master.hears(this))) {
        this.master = undefined;
        this.link = -1;
      }
      if (this.master === undefined && leading !== undefined && !this.partitioned) leading.register(this);
      this.#world.after(this.#world.between(300, 1500), look);
    };
    this.#world.after(this.#world.between(50, 3000), look);
  }

  /** A kill -9 of the agent: its executors run on. */
  kill(): void {
    this.running = false;
    this.master?.disconnected(this);
    this.master = undefined;
    this.link = -1;
  }

  /** After a partition: what was said meanwhile is lost, so it registers again. */
  heal(): void {
    this.partitioned = false;
    this.master = undefined;
    this.link = -1;
  }

  /** The machine goes, with everything that runs on it; the work directory stays. */
  loseTasks(): void {
    for (const task of this.tasks.values()) if (task.alive) this.#end(task, "TASK_GONE", "SOURCE_AGENT", false);
  }

  /** A machine like it takes its place: it has never heard of anything. */
  replace(): void {
    for (const task of this.tasks.values()) {
      if (task.alive) this.#truth.taskEnded(this, task);
      task.alive = false;
    }
    this.tasks.clear();
    this.id = undefined;
    this.lives++;
  }

  /** The master has admitted it, and calls what is between them now by that number. */
  registered(master: MasterOfAgents, id: string, link: number): void {
    this.master = master;
    this.id = id;
    this.link = link;
    for (const task of this.tasks.values()) this.#sendOldest(task);
  }

  /** From here on: what the registered master says, already over the network. */
  runTask(frameworkId: string, info: TaskInfo): void {
    const task: AgentTask = { info, frameworkId, state: "TASK_STAGING", updates: [], alive: true };
    this.tasks.set(info.task_id.value, task);
    this.#truth.taskStarted(this, task);
    this.#world.after(this.#world.between(5, 400), () => {
      if (!task.alive) return;
      if (this.#world.chance(this.habits.failsAtStart)) {
        this.#end(task, "TASK_FAILED", "SOURCE_EXECUTOR");
        return;
      }
      this.#update(task, "TASK_STARTING", "SOURCE_EXECUTOR");
      this.#world.after(this.#world.between(5, 2000), () => {
        if (!task.alive) return;
        this.#update(task, "TASK_RUNNING", "SOURCE_EXECUTOR");
        if (this.#world.chance(this.habits.fails))
          this.#world.after(this.#world.between(1000, 200_000), () => {
            if (task.alive) this.#end(task, "TASK_FAILED", "SOURCE_EXECUTOR");
          });
      });
    });
  }

  killTask(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || !task.alive) return;
    this.#world.after(this.#world.between(5, 3000), () => {
      if (task.alive) this.#end(task, "TASK_KILLED", "SOURCE_EXECUTOR");
    });
  }

  /** The master knows a task that the agent does not: it was lost on the way (master's reconciliation of agents). */
  reconcile(frameworkId: string, info: TaskInfo): void {
    const task: AgentTask = { info, frameworkId, state: "TASK_DROPPED", updates: [], alive: false };
    this.tasks.set(info.task_id.value, task);
    this.#update(task, "TASK_DROPPED", "SOURCE_AGENT", "REASON_RECONCILIATION");
  }

  shutdownFramework(frameworkId: string): void {
    for (const [id, task] of this.tasks) {
      if (task.frameworkId !== frameworkId) continue;
      if (task.alive) this.#truth.taskEnded(this, task);
      task.alive = false;
      this.tasks.delete(id);
    }
  }

  acknowledge(taskId: string, uuid: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.updates[0]?.uuid !== uuid) return;
    task.updates.shift();
    if (task.updates.length > 0) this.#sendOldest(task);
    else if (!task.alive) this.tasks.delete(taskId);
  }

  #end(task: AgentTask, state: TaskState, source: TaskStatus["source"], tell = true): void {
    task.alive = false;
    this.#truth.taskEnded(this, task);
    this.#update(task, state, source, undefined, tell);
  }

  #update(task: AgentTask, state: TaskState, source: TaskStatus["source"], reason?: string, tell = true): void {
    task.state = state;
    task.updates.push({
      task_id: task.info.task_id,
      agent_id: { value: this.id ?? "" },
      state,
      uuid: `${this.name}-${task.info.task_id.value}-${++this.#updates}`,
      timestamp: this.#world.nowMs / 1000,
      ...(source && { source }),
      ...(reason && { reason }),
    });
    if (task.updates.length === 1 && tell) this.#sendOldest(task);
  }

  /** Sends the oldest update, and again until it is acknowledged. */
  #sendOldest(task: AgentTask): void {
    const [oldest] = task.updates;
    if (oldest === undefined) return;
    const { link } = this;
    const send = () => {
      if (task.updates[0] !== oldest || this.link !== link || !this.running) return;
      this.master?.fromAgent(this, { update: oldest, latest: task.state, frameworkId: task.frameworkId });
      this.#world.after(ACK_RETRY_MS, send);
    };
    send();
  }
}
