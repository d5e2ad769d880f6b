// `npm run conformance`: plays the scenarios against the embedded engine, or against any Mesos, and tells what differs
// from what a real one was recorded to answer.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommanderError } from "commander";
import { MesosUpError } from "../../src/errors.ts";
import { createRenderer, wantsColour, type RenderStream } from "../../src/progress/renderer.ts";
import buildPrograms from "../build-programs.ts";
import { transcriptText } from "./compare/recordings.ts";
import { startCluster, type StartedCluster } from "./cluster.ts";
import { parseOptions, type SuiteOptions } from "./options.ts";
import { playScenario, type Outcome } from "./play.ts";
import type { Target } from "./probe/probe.ts";
import { differenceText, outcomeTable, progressLine, type ReportOptions } from "./report.ts";
import { selectScenarios } from "./scenarios/index.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { checkTarget } from "./target.ts";

const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => interrupt.abort(new MesosUpError(`Ended by ${name}.`, { code: "INTERRUPTED" })));
}
const colour = { out: wantsColour(process.stdout, process.env), err: wantsColour(process.stderr, process.env) };
const stdout: RenderStream = process.stdout;
const report: ReportOptions = { colour: colour.out, columns: stdout.columns ?? 160 };

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = failureOf(error);
}

/** Exit status: 0 when all is equal, 1 when anything differs. */
async function main(options: SuiteOptions): Promise<number> {
  const selected = selectScenarios(options.only);
  if (!options.list) return await run(selected, options);
  console.log(selected.map(({ name, behaviour }) => `${name}: ${behaviour}`).join("\n"));
  return 0;
}

/** Tells why the suite could not play, and gives the exit status for that. */
function failureOf(error: unknown): number {
  // It has told the user itself, be it help or a mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const told = error instanceof MesosUpError ? [error.message, error.hint] : [error];
  console.error(...told.filter((part) => part !== undefined));
  return 2;
}

async function run(selected: Scenario[], options: SuiteOptions): Promise<number> {
  await using held = await reach(options);
  await checkTarget(held.target);
  const outcomes: Outcome[] = [];
  for (const scenario of selected) {
    const outcome = await playScenario(scenario, held.target, interrupt.signal);
    outcomes.push(outcome);
    console.error(progressLine(outcome, { ...report, colour: colour.err }));
    if (options.out !== undefined) await keep(outcome, options.out);
  }
  const differing = outcomes.filter(({ difference }) => difference !== undefined);
  for (const outcome of differing) console.log(differenceText(outcome, report));
  console.log(outcomeTable(outcomes, report));
  return differing.length === 0 ? 0 : 1;
}

/** The Mesos that was named, or else a cluster of our own that ends with the run. */
async function reach(options: SuiteOptions): Promise<{ target: Target } & AsyncDisposable> {
  const { master, agent, image } = options;
  if (master !== undefined && agent !== undefined) {
    return { target: { master, agent, image }, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (master !== undefined || agent !== undefined) {
    throw new MesosUpError("Only one of --master and --agent is given.", {
      code: "CONFORMANCE_MISUSED",
      hint: "Give both, or none to have a cluster started.",
    });
  }
  const { target, stop } = await startOwn(options);
  return { target, [Symbol.asyncDispose]: stop };
}

async function startOwn({ engine, containers }: SuiteOptions): Promise<StartedCluster> {
  buildPrograms();
  const progress = await createRenderer({ stream: process.stderr, env: process.env });
  return await startCluster({ env: process.env, progress, signal: interrupt.signal, engine, containers });
}

async function keep({ scenario, transcript }: Outcome, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${scenario.name}.json`), transcriptText(transcript));
}
