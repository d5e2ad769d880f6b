// Short tasks launched by this project's scheduler and by the npm package mesos-framework, each in a process of its own, on
// the same cluster, watched from outside.
import { execFile, fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { defaultCacheDirectory } from "../../../src/backends/local/kit/machine.ts";
import { engineTitle, onOneAgent } from "../one-agent-cluster.ts";
import type { EngineName } from "../one-agent-cluster.ts";
import type { Address } from "../simulation/scheduler-connection.ts";
import { percentile } from "../statistics.ts";
import type { ProcessReport } from "./report.ts";
import { WatchingProxy } from "./watching-proxy.ts";

const run = promisify(execFile);
const PACKAGE = "mesos-framework";
const VERSION = "0.5.3";
const TASK = { cpus: 0.1, mem: 32 };
const LIMIT_MS = 10 * 60_000;
/** Without a word of any task for so long, no more is to come: agents repeat updates after 10 s, then 20, then 40. */
const SILENCE_MS = 90_000;

export interface Launched extends ProcessReport {
  title: string;
  wanted: number;
  finished: number;
  perSecond: number;
  accepts: number;
  reactionMs: { p50: number; p99: number };
  failure: string | undefined;
}

/** Both, one after the other, on a cluster of their own each. */
export async function measureLaunches(engine: EngineName, tasks: number): Promise<Launched[]> {
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-bench-"));
  try {
    const bundled = await bundle(folder);
    const theirs = await packageFolder();
    const ours = await onOneAgent(engine, (master) => launch(bundled.ours, { master, tasks, folder }));
    const other = await onOneAgent(engine, (master) =>
      launch(bundled.theirs, { master, tasks, folder, extra: theirs }),
    );
    return [
      { title: `mesos-up on ${engineTitle(engine)}`, ...ours },
      { title: `${PACKAGE} on ${engineTitle(engine)}`, ...other },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As it is installed: a file that node runs without a loader. */
async function bundle(folder: string): Promise<{ ours: string; theirs: string }> {
  const at = (name: string): string => new URL(name, import.meta.url).pathname;
  await build({
    entryPoints: { ours: at("ours.ts"), theirs: at("mesos-framework.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    ...{ bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "error" },
    external: ["cdktf", "@cdktf/provider-docker", "constructs", "jiti"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  return { ours: join(folder, "ours.mjs"), theirs: join(folder, "theirs.mjs") };
}

/**
 * Fetched by npm into the user's cache: its dependencies are of 2017, and none of this project's.
 * @throws Error if npm cannot
 */
async function packageFolder(): Promise<string> {
  const prefix = join(defaultCacheDirectory(process.env), "bench", `${PACKAGE}-${VERSION}`);
  const folder = join(prefix, "node_modules", PACKAGE);
  if (!existsSync(folder)) {
    await mkdir(prefix, { recursive: true });
    const flags = ["--prefix", prefix, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
    await run("npm", ["install", ...flags, `${PACKAGE}@${VERSION}`]);
  }
  return folder;
}

interface LaunchParts {
  master: Address;
  tasks: number;
  folder: string;
  extra?: string;
}

async function launch(
  program: string,
  { master, tasks, folder, extra }: LaunchParts,
): Promise<Omit<Launched, "title">> {
  await using proxy = new WatchingProxy(master);
  const { host, port } = await proxy.listen();
  const args = [`http://${host}:${port}`, String(tasks), String(TASK.cpus), String(TASK.mem), folder];
  const child = fork(program, extra === undefined ? args : [...args, extra], {
    ...{ cwd: folder, execArgv: ["--no-deprecation"], silent: true },
  });
  child.stdout?.resume();
  child.stderr?.resume();
  const startMs = performance.now();
  const isOver = (): boolean => {
    const nowMs = performance.now();
    const silentMs = nowMs - Math.max(startMs, proxy.lastUpdateMs);
    return proxy.finished.size + proxy.failed.size >= tasks || silentMs > SILENCE_MS || nowMs > startMs + LIMIT_MS;
  };
  while (!isOver() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  const died = child.exitCode === null ? undefined : `its process ended with status ${child.exitCode}`;
  const report = died === undefined ? await reportOf(child) : { cpuMs: Number.NaN, residentBytes: Number.NaN };
  const elapsedMs = proxy.lastUpdateMs - (proxy.firstOfferMs ?? startMs);
  return {
    ...report,
    ...{ wanted: tasks, finished: proxy.finished.size, failure: died ?? [...proxy.failed.values()][0] },
    accepts: proxy.reactionsMs.length,
    perSecond: (proxy.finished.size / elapsedMs) * 1000,
    reactionMs: { p50: percentile(proxy.reactionsMs, 0.5), p99: percentile(proxy.reactionsMs, 0.99) },
  };
}

/** Ends it. */
async function reportOf(child: ChildProcess): Promise<ProcessReport> {
  const ended = once(child, "exit");
  const told = once(child, "message") as Promise<[ProcessReport]>;
  child.send("report");
  const [report] = await told;
  await ended;
  return report;
}
