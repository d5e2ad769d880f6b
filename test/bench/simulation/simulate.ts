// What happens in a simulation, phase by phase, and what is measured of each.
import { allocateOnce } from "./allocator-alone.ts";
import type { AllocationRun, MeasuredMaster, Vitals } from "./measured-master.ts";
import { type SimulatedExecutor, startAgent } from "./simulated-agent.ts";
import { SimulatedFramework } from "./simulated-framework.ts";

export interface Size {
  agents: number;
  frameworks: number;
  tasks: number;
}

export interface Phase {
  name: string;
  elapsedMs: number;
  /** Processor time, longest turn in processor time, and longest block of the master in this phase. */
  masterMs: number;
  masterTurnMs: number;
  masterBlockMs: number;
  /** Of those over all agents, the one that took the most processor time. */
  allocation: AllocationRun | undefined;
  masterBytes: number;
  simulatorMs: number;
  simulatorBytes: number;
  /** What else there is to say. */
  detail: string;
  /** Tasks running, where the phase launches some. */
  perSecond?: number;
}

const CONNECTING_AT_ONCE = 200;

/** A task runs as soon as its agent has it. */
const runs: SimulatedExecutor = (_task, report) => report("TASK_RUNNING");

/** Goes through all phases; `tell` hears of each as it ends. */
export async function simulate(master: MeasuredMaster, size: Size, tell: (line: string) => void): Promise<Phase[]> {
  const phases: Phase[] = [];
  const measure = async (name: string, work: () => Promise<string | Result>): Promise<void> => {
    await master.vitals();
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const { detail, ...more } = toResult(await work());
    const elapsedMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    const simulatorMs = (user + system) / 1000;
    const phase = { name, elapsedMs, detail, ...more, simulatorMs, ...describe(await master.vitals(), size) };
    phases.push(phase);
    tell(phaseLine(phase));
  };
  const cluster = new Cluster(master, size);
  await measure("agents registered", () => cluster.registerAgents());
  await measure("frameworks subscribed", () => cluster.subscribeFrameworks());
  await measure("every agent offered", () => cluster.offerAll());
  await measure("tasks launched", () => cluster.launchAll());
  await measure("at rest for two allocation intervals", () => rest(2000));
  await measure("/state", () => cluster.read("/state"));
  await measure("/state-summary", () => cluster.read("/state-summary"));
  await measure("GET_TASKS", () => cluster.ask("GET_TASKS"));
  await measure("/metrics/snapshot", () => cluster.read("/metrics/snapshot"));
  await measure("frameworks torn down", () => cluster.tearDown());
  return phases;
}

type Result = Pick<Phase, "detail" | "perSecond">;

const toResult = (result: string | Result): Result => (typeof result === "string" ? { detail: result } : result);

class Cluster {
  readonly #master: MeasuredMaster;
  readonly #size: Size;
  readonly #frameworks: SimulatedFramework[];
  readonly #latenciesMs: number[] = [];
  #offered = 0;
  #wait: { reached: () => boolean; resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(master: MeasuredMaster, size: Size) {
    this.#master = master;
    this.#size = size;
    const tasks = Math.ceil(size.tasks / size.frameworks);
    const tasksPerAgent = Math.ceil(size.tasks / size.agents);
    this.#frameworks = Array.from({ length: size.frameworks }, (_, index) => {
      return new SimulatedFramework({
        ...{ index, tasks, tasksPerAgent, master: master.address },
        onOffers: (count) => {
          this.#offered += count;
          this.#check();
        },
        onRunning: (latencyMs) => {
          this.#latenciesMs.push(latencyMs);
          this.#check();
        },
        onError: (error) => {
          if (this.#wait) this.#wait.reject(error);
          else throw error;
        },
      });
    });
  }

  async registerAgents(): Promise<string> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.#size.agents) await startAgent(next++, this.#master.address, runs);
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, worker));
    return `${this.#size.agents} agents`;
  }

  async subscribeFrameworks(): Promise<string> {
    await Promise.all(this.#frameworks.map((framework) => framework.subscribe()));
    return `${this.#size.frameworks} frameworks`;
  }

  async offerAll(): Promise<string> {
    const all = this.#until(() => this.#offered >= this.#size.agents);
    for (const framework of this.#frameworks) framework.revive();
    await all;
    return `${this.#offered} offers; an allocator alone decides on them in ${allocateOnce(this.#size).toFixed(0)} ms`;
  }

  async launchAll(): Promise<Result> {
    const startedMs = performance.now();
    const all = this.#until(() => this.#latenciesMs.length >= this.#size.tasks);
    for (const framework of this.#frameworks) framework.launch();
    await all;
    const runningMs = performance.now() - startedMs;
    while (this.#frameworks.some((framework) => !framework.idle)) await rest(5);
    const perSecond = (this.#size.tasks / runningMs) * 1000;
    const detail = `${Math.round(perSecond)} tasks/s running after ${Math.round(runningMs)} ms, then acknowledged`;
    return { detail, perSecond };
  }

  async read(path: string): Promise<string> {
    const answer = await this.#get(path);
    const { byteLength } = await answer.arrayBuffer();
    return `${(byteLength / 1e6).toFixed(1)} MB`;
  }

  /** A call of the v1 operator API. */
  async ask(type: string): Promise<string> {
    const { host, port } = this.#master.address;
    const headers = { "Content-Type": "application/json", "Accept-Encoding": "identity" };
    const body = JSON.stringify({ type });
    const answer = await fetch(`http://${host}:${port}/api/v1`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`${type} was answered with ${answer.status}`);
    const { byteLength } = await answer.arrayBuffer();
    return `${(byteLength / 1e6).toFixed(1)} MB`;
  }

  async tearDown(): Promise<string> {
    for (const framework of this.#frameworks) framework.teardown();
    for (;;) {
      const metrics = (await (await this.#get("/metrics/snapshot")).json()) as Record<string, number>;
      if (metrics["master/frameworks_active"] === 0) return "";
      await rest(100);
    }
  }

  async #get(path: string): Promise<Response> {
    const { host, port } = this.#master.address;
    const answer = await fetch(`http://${host}:${port}${path}`, { headers: { "Accept-Encoding": "identity" } });
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
    return answer;
  }

  #until(reached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => (this.#wait = { reached, resolve, reject }));
  }

  #check(): void {
    if (this.#wait?.reached()) this.#wait.resolve();
  }
}

async function rest(delayMs: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return "";
}

function describe(
  vitals: Vitals,
  { agents }: Size,
): Omit<Phase, "name" | "elapsedMs" | "simulatorMs" | "detail" | "perSecond"> {
  const whole = vitals.allocations.filter((allocation) => allocation.agents === agents);
  return {
    ...{ masterMs: vitals.processorMs, masterTurnMs: vitals.longestTurnMs, masterBlockMs: vitals.longestBlockMs },
    masterBytes: vitals.residentBytes,
    allocation: whole.sort((a, b) => b.processorMs - a.processorMs)[0],
    simulatorBytes: process.memoryUsage.rss(),
  };
}

function phaseLine({ name, elapsedMs, detail, allocation, ...figures }: Phase): string {
  const whole = (value: number): string => value.toFixed(0);
  const allocated =
    allocation === undefined
      ? ""
      : `; one allocation ${whole(allocation.processorMs)} ms of processor in ${whole(allocation.elapsedMs)} ms, ` +
        `${allocation.slices} slices of at most ${whole(allocation.longestSliceMs)} ms`;
  return (
    `${name}: ${whole(elapsedMs)} ms${detail === "" ? "" : `, ${detail}`}; master used ${whole(figures.masterMs)} ms of processor, simulator ${whole(figures.simulatorMs)} ms, ` +
    `longest turn ${whole(figures.masterTurnMs)} ms, longest block ${whole(figures.masterBlockMs)} ms${allocated}; resident ${whole(figures.masterBytes / 1e6)} + ${whole(figures.simulatorBytes / 1e6)} MB`
  );
}
