// The engine alone: what a framework waits for on a cluster of one agent, side by side with a real Mesos where MESOS_HOME
// names one, and a simulated cluster of 10,000 agents.
import { execFile } from "node:child_process";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs, promisify } from "node:util";
import { engineTitle, onOneAgent } from "./one-agent-cluster.ts";
import type { EngineName } from "./one-agent-cluster.ts";
import { launchOne, launchShortTasks, type ShortTasks } from "./simulation/command-tasks.ts";
import type { Phase } from "./simulation/simulate.ts";
import { figureTable, summary } from "./statistics.ts";

const run = promisify(execFile);

interface Figures {
  engine: string;
  offersMs: number[];
  runningMs: number[];
  shortTasks: ShortTasks;
  /** Of the whole machine while they ran, whoever used it. */
  machineMs: number;
}

/**
 * `--runs N` (10) of one task, `--tasks N` (1000) short ones on the engine and `--mesos-tasks N` (100) on a real Mesos,
 * `--agents N`, `--frameworks N` and `--simulated-tasks N` of the simulation; `--only TEXT`: "embedded", "mesos" or
 * "simulation".
 */
export async function benchEngine(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "10" },
      tasks: { type: "string", default: "1000" },
      "mesos-tasks": { type: "string", default: "100" },
      agents: { type: "string", default: "10000" },
      frameworks: { type: "string", default: "100" },
      "simulated-tasks": { type: "string", default: "100000" },
      only: { type: "string", default: "" },
    },
  });
  const runs = Number(values.runs);
  const wanted = (name: string): boolean => name.includes(values.only);
  console.log(`${availableParallelism()} cores, node ${process.version}`);
  const columns: Figures[] = [];
  if (wanted("embedded")) columns.push(await measure("embedded", { runs, tasks: Number(values.tasks) }));
  if (wanted("mesos") && process.env["MESOS_HOME"] !== undefined)
    columns.push(await measure("mesos", { runs, tasks: Number(values["mesos-tasks"]) }));
  else console.log("MESOS_HOME names no real Mesos, or it was left out: its column is missing.");
  if (columns.length > 0) console.log(taskTable(columns));
  if (!wanted("simulation")) return;
  const load = (): string => `load ${loadavg()[0]?.toFixed(1) ?? ""}`;
  const { agents, frameworks, "simulated-tasks": tasks } = values;
  console.log(`\nSimulation: ${agents} agents, ${frameworks} frameworks, ${tasks} tasks\n`);
  const before = load();
  const phases = await simulation(["--agents", agents, "--frameworks", frameworks, "--tasks", tasks]);
  console.log(phaseTable(phases));
  console.log(`\nMeasured with ${before} before and ${load()} after\n`);
  console.log(targetTable(phases));
}

/** On a cluster of its own. */
function measure(engine: EngineName, size: { runs: number; tasks: number }): Promise<Figures> {
  return onOneAgent(engine, async (master) => {
    await launchOne(master);
    const singles = [];
    for (let index = 0; index < size.runs; index++) singles.push(await launchOne(master));
    return {
      engine: engineTitle(engine),
      offersMs: singles.map((single) => single.offersMs),
      runningMs: singles.map((single) => single.runningMs),
      ...(await withProcessorTime(() => launchShortTasks(master, size.tasks))),
    };
  });
}

async function withProcessorTime(work: () => Promise<ShortTasks>): Promise<Pick<Figures, "shortTasks" | "machineMs">> {
  const busyMs = (): number =>
    cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const beganMs = busyMs();
  const shortTasks = await work();
  return { shortTasks, machineMs: busyMs() - beganMs };
}

function taskTable(columns: Figures[]): string {
  const row = (name: string, figure: (figures: Figures) => string): [string, ...string[]] => {
    return [name, ...columns.map(figure)];
  };
  const latency = ({ p50Ms, p99Ms }: ShortTasks["running"]): string => `${p50Ms.toFixed(0)} / ${p99Ms.toFixed(0)}`;
  return figureTable(
    columns.map(({ engine }) => engine),
    [
      row("SUBSCRIBE to OFFERS, ms (wanted: < 10)", ({ offersMs }) => summary(offersMs)),
      row("ACCEPT to TASK_RUNNING, ms (wanted: < 150)", ({ runningMs }) => summary(runningMs)),
      row("short command tasks", ({ shortTasks }) => String(shortTasks.tasks)),
      row("  finished per second", ({ shortTasks }) => shortTasks.perSecond.toFixed(1)),
      row("  CPU of the whole machine per task, ms", ({ shortTasks, machineMs }) =>
        (machineMs / shortTasks.tasks).toFixed(1),
      ),
      row("  ACCEPT to TASK_RUNNING, p50 / p99 ms", ({ shortTasks }) => latency(shortTasks.running)),
      row("  ACCEPT to TASK_FINISHED, p50 / p99 ms", ({ shortTasks }) => latency(shortTasks.finished)),
    ],
  );
}

/** In a process of its own, whose memory is the simulator's alone. */
async function simulation(args: string[]): Promise<Phase[]> {
  const program = new URL("engine-simulation.ts", import.meta.url).pathname;
  const { stdout } = await run(process.execPath, ["--import", "tsx", program, ...args], { maxBuffer: 1e7 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Phase[];
}

/** What the simulation is to reach on two cores that nobody else uses. */
function targetTable(phases: Phase[]): string {
  const phase = (name: string): Phase | undefined => phases.find((one) => one.name === name);
  const whole = (value: number | undefined, unit: string): string =>
    value === undefined ? "–" : `${value.toFixed(0)} ${unit}`;
  const allocation = phase("every agent offered")?.allocation;
  const bytes = phases.map(({ masterBytes, simulatorBytes }) => masterBytes + simulatorBytes);
  return figureTable(
    ["measured", "wanted"],
    [
      ["all agents registered", whole(phase("agents registered")?.elapsedMs, "ms"), "< 5000 ms"],
      ["one allocation over all of them, offers made and sent", whole(allocation?.processorMs, "ms CPU"), "< 250 ms"],
      ["  its longest slice", whole(allocation?.longestSliceMs, "ms CPU"), "< 50 ms"],
      [
        "  the longest turn of the master meanwhile",
        whole(phase("every agent offered")?.masterTurnMs, "ms CPU"),
        "< 50 ms",
      ],
      ["launches", whole(phase("tasks launched")?.perSecond, "per second"), "> 5000 per second"],
      ["master and simulator at their largest", whole(Math.max(...bytes) / 1e6, "MB"), "< 1500 MB"],
    ],
  );
}

function phaseTable(phases: Phase[]): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  return figureTable(
    ["ms", "CPU of master + simulator, ms", "longest turn, ms CPU", "longest block, ms", "master + simulator, MB", ""],
    phases.map((phase): [string, ...string[]] => [
      phase.name,
      phase.elapsedMs.toFixed(0),
      `${phase.masterMs.toFixed(0)} + ${phase.simulatorMs.toFixed(0)}`,
      phase.masterTurnMs.toFixed(0),
      phase.masterBlockMs.toFixed(0),
      `${megabytes(phase.masterBytes)} + ${megabytes(phase.simulatorBytes)}`,
      phase.detail,
    ]),
  );
}
