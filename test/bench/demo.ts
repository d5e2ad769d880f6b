// The main job, timed as a user sees it: `mesos-up demo` as a whole process, cold (empty cache) and warm, under runc and,
// where a daemon answers, under Docker; where a real Mesos is found, the same with it. Then what an idle cluster costs.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import type { DemoReport } from "../../src/report/report.ts";
import { idleCost } from "./idle.ts";
import { figureTable, summary } from "./statistics.ts";

const run = promisify(execFile);
const program = resolve("dist/mesos-up.js");

interface Variant {
  name: string;
  engine: "embedded" | "mesos";
  runtime: "runc" | "docker";
  cold: boolean;
}

interface Sample {
  report: DemoReport;
  wallMs: number;
}

/** `--runs N` (5), `--only TEXT`: the variants whose name holds the text. */
export async function benchDemo(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { runs: { type: "string", default: "5" }, only: { type: "string" } } });
  const runs = Number(values.runs);
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-bench-"));
  try {
    const variants = (await variantsHere()).filter((variant) => variant.name.includes(values.only ?? ""));
    const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
    for (const variant of variants) if (!variant.cold) await demo(folder, variant);
    // In turn, so that a slower minute of the machine falls on all of them.
    for (let index = 0; index < runs; index++)
      for (const variant of variants) samples.get(variant)?.push(await demo(folder, variant));
    console.log(`median (min–max) of ${runs} runs in ms, ${availableParallelism()} cores, node ${process.version}\n`);
    console.log(demoTable(variants, samples));
    const engines = new Set(variants.map((variant) => variant.engine));
    for (const engine of engines)
      console.log(`\n${await idleCost({ program, folder, clusterFile: await clusterFile(folder, engine) })}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function variantsHere(): Promise<Variant[]> {
  const docker = await answers("docker", ["version"]);
  const mesos = process.env["MESOS_HOME"] !== undefined || (await answers("mesos-master", ["--version"]));
  const variants: Variant[] = [
    { name: "engine, runc, warm", engine: "embedded", runtime: "runc", cold: false },
    { name: "engine, runc, cold", engine: "embedded", runtime: "runc", cold: true },
  ];
  if (docker) variants.push({ name: "engine, docker, warm", engine: "embedded", runtime: "docker", cold: false });
  else console.log("No Docker daemon answers: its column is missing.");
  if (mesos && docker)
    variants.push({ name: "Apache Mesos, docker, warm", engine: "mesos", runtime: "docker", cold: false });
  else console.log("No Mesos under MESOS_HOME or on PATH (or no Docker daemon for it): its column is missing.");
  return variants;
}

async function demo(folder: string, variant: Variant): Promise<Sample> {
  const cache = variant.cold ? await mkdtemp(join(folder, "cache-")) : undefined;
  const started = performance.now();
  const { stdout } = await run(
    process.execPath,
    [
      program,
      "demo",
      "--json",
      "--name",
      "bench",
      ...(await engineArguments(folder, variant.engine)),
      "--containers",
      variant.runtime,
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...(variant.engine === "embedded" ? { MESOS_HOME: "" } : {}),
        ...(cache === undefined ? {} : { XDG_CACHE_HOME: cache }),
      },
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const wallMs = performance.now() - started;
  if (cache !== undefined) await rm(cache, { recursive: true, force: true });
  return { report: JSON.parse(stdout) as DemoReport, wallMs };
}

/** As `npm run demo` is called: a cluster file only where a Mesos on PATH would be taken for the embedded engine. */
async function engineArguments(folder: string, engine: Variant["engine"]): Promise<string[]> {
  const isDefault = engine === "mesos" || !(await answers("mesos-master", ["--version"]));
  return isDefault ? [] : ["--cluster", await clusterFile(folder, engine)];
}

async function clusterFile(folder: string, engine: Variant["engine"]): Promise<string> {
  const file = join(folder, `${engine}.yaml`);
  await writeFile(file, `engine: ${engine}\n`);
  return file;
}

async function answers(command: string, args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

function demoTable(variants: Variant[], samples: Map<Variant, Sample[]>): string {
  const figures = (pick: (sample: Sample) => number | undefined): string[] =>
    variants.map((variant) => summary((samples.get(variant) ?? []).map(pick).filter((value) => value !== undefined)));
  const stepIds = new Map<string, string>();
  for (const list of samples.values())
    for (const { report } of list) for (const step of report.steps) stepIds.set(step.id, step.title);
  return figureTable(
    variants.map((variant) => variant.name),
    [
      ...[...stepIds].map(([id, title]): [string, ...string[]] => [
        title,
        ...figures(({ report }) => report.steps.find((step) => step.id === id)?.elapsedMs),
      ]),
      ["cluster ready", ...figures(({ report }) => report.timing.readyMs)],
      ["ACCEPT to HTTP 200", ...figures(({ report }) => report.timing.acceptToHttpMs)],
      ["whole process", ...figures(({ wallMs }) => wallMs)],
    ],
  );
}
