// `npm run conformance`: plays the scenarios against the embedded engine, or against any Mesos, and tells what differs
// from what a real one was recorded to answer.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MesosUpError } from "../../src/errors.ts";
import type { ProgressSink } from "../../src/progress/events.ts";
import { createRenderer, wantsColour, type RenderStream } from "../../src/progress/renderer.ts";
import buildPrograms from "../build-programs.ts";
import { transcriptText } from "./compare/recordings.ts";
import { startCluster, type ClusterOptions, type StartedCluster } from "./cluster.ts";
import { playScenario, type Outcome } from "./play.ts";
import type { Target } from "./probe/probe.ts";
import { differenceText, outcomeTable, progressLine, type ReportOptions } from "./report.ts";
import { scenarios, selectScenarios } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { checkTarget } from "./target.ts";

const usage = `npm run conformance -- [options]
  --only LIST           scenarios by name, separated by commas; a name may end in *
  --list                names the scenarios
  --out DIR             writes each transcript there, in the form of the recordings
  --master URL          plays against this Mesos instead of one of its own: its leading master …
  --agent URL           … and its agent
  --image NAME          an nginx with a shell that the agent can launch (nginx:debian)
  --engine ENGINE       what to start: embedded (default), or mesos, the real one under MESOS_HOME
  --containers RUNTIME  for what is started: docker, podman, runc or auto (default)`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    list: { type: "boolean", default: false },
    out: { type: "string" },
    master: { type: "string" },
    agent: { type: "string" },
    image: { type: "string", default: "nginx:debian" },
    engine: { type: "string", default: "embedded" },
    containers: { type: "string", default: "auto" },
    help: { type: "boolean", default: false },
  },
});

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => interrupt.abort(new MesosUpError(`Ended by ${name}.`, { code: "INTERRUPTED" })));
}
const colour = { out: wantsColour(process.stdout, process.env), err: wantsColour(process.stderr, process.env) };
const stdout: RenderStream = process.stdout;
const report: ReportOptions = { colour: colour.out, columns: stdout.columns ?? 160 };

try {
  process.exitCode = await main();
} catch (error) {
  const told = error instanceof MesosUpError ? [error.message, error.hint] : [error];
  console.error(...told.filter((part) => part !== undefined));
  process.exitCode = 2;
}

/** Exit status: 0 when all is equal, 1 when anything differs. */
async function main(): Promise<number> {
  const selected = selectScenarios(options.only);
  if (options.help) console.log(usage);
  else if (options.list) console.log(scenarios.map(({ name, behaviour }) => `${name}: ${behaviour}`).join("\n"));
  else if (selected.length === 0) throw misused(`No scenario is named ${options.only}.`, "--list names them all.");
  else return await run(selected);
  return 0;
}

async function run(selected: Scenario[]): Promise<number> {
  await using held = await reach();
  await checkTarget(held.target);
  const outcomes: Outcome[] = [];
  for (const scenario of selected) {
    const outcome = await playScenario(scenario, held.target, interrupt.signal);
    outcomes.push(outcome);
    console.error(progressLine(outcome, { ...report, colour: colour.err }));
    await keep(outcome);
  }
  const differing = outcomes.filter(({ difference }) => difference !== undefined);
  for (const outcome of differing) console.log(differenceText(outcome, report));
  console.log(outcomeTable(outcomes, report));
  return differing.length === 0 ? 0 : 1;
}

/** The Mesos that was named, or else a cluster of our own that ends with the run. */
async function reach(): Promise<{ target: Target } & AsyncDisposable> {
  const { master, agent, image } = options;
  if (master !== undefined && agent !== undefined) {
    return { target: { master, agent, image }, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (master !== undefined || agent !== undefined) throw misused("Only one of --master and --agent is given.", usage);
  const { target, stop } = await startOwn();
  return { target, [Symbol.asyncDispose]: stop };
}

async function startOwn(): Promise<StartedCluster> {
  buildPrograms();
  const renderer = await createRenderer({ stream: process.stderr, env: process.env });
  const progress: ProgressSink = { emit: (event) => renderer.emit(event) };
  const containers = options.containers as ClusterOptions["containers"];
  const engine = options.engine as ClusterOptions["engine"];
  return await startCluster({ env: process.env, progress, signal: interrupt.signal, engine, containers });
}

async function keep({ scenario, transcript }: Outcome): Promise<void> {
  if (options.out === undefined) return;
  await mkdir(options.out, { recursive: true });
  await writeFile(join(options.out, `${scenario.name}.json`), transcriptText(transcript));
}

function misused(message: string, hint: string): MesosUpError {
  return new MesosUpError(message, { code: "CONFORMANCE_MISUSED", hint });
}
