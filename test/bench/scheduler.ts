// The scheduler: short tasks beside the npm package mesos-framework on the same clusters, and its own work without a network:
// matching many offers, RecordIO beside bare JSON, and how soon after an OFFERS event its ACCEPT goes out.
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureLaunches } from "./launch/launch.ts";
import type { Launched } from "./launch/launch.ts";
import { MATCHING_COLUMNS, matchingRows } from "./scheduler/matching.ts";
import { reactionsMs } from "./scheduler/reaction.ts";
import { RECORDIO_COLUMNS, recordIoRows } from "./scheduler/recordio.ts";
import { figureTable, percentile } from "./statistics.ts";

const NOTES = `0.1 cpus and 32 MB a task on an agent with its default resources. Both are watched by a proxy that gives each record a
chunk of its own, as Mesos does: mesos-framework throws records away that share one. It stores nothing (it can in ZooKeeper
alone), cannot set filters (a master's 5 s hold), knows neither PARTITION_AWARE nor SUPPRESS, and is told to wait for longer
than its own 10 s, since heartbeats take 15. mesos-up stores every launch and status on the disk before the call that depends
on it.`;

/**
 * `--tasks N` (1000) on the engine and `--mesos-tasks N` (1000) on a real Mesos; `--only TEXT`: "launch", "core".
 */
export async function benchScheduler(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      tasks: { type: "string", default: "1000" },
      "mesos-tasks": { type: "string", default: "1000" },
      only: { type: "string", default: "" },
    },
  });
  console.log(`${availableParallelism()} cores, node ${process.version}, load ${load()}`);
  if ("core".includes(values.only)) await benchCore();
  if (!"launch".includes(values.only)) return;
  const launched = await measureLaunches("embedded", Number(values.tasks));
  if (process.env["MESOS_HOME"] !== undefined)
    launched.push(...(await measureLaunches("mesos", Number(values["mesos-tasks"]))));
  else console.log("MESOS_HOME names no real Mesos: its columns are missing.");
  console.log(`\nShort tasks (\`true\`), load ${load()} at the end\n`);
  console.log(launchTable(launched));
  console.log(`\n${NOTES}`);
}

async function benchCore(): Promise<void> {
  console.log(
    "\nMatching offers × waiting instances of 20 apps, CPU (wanted: < 200 ms for the first, linear in both)\n",
  );
  console.log(figureTable(MATCHING_COLUMNS, matchingRows()));
  console.log("\nRecordIO and JSON.parse (wanted: 0.8 of bare JSON.parse on records of 1 KB)\n");
  console.log(figureTable(RECORDIO_COLUMNS, recordIoRows()));
  const reactions = await reactionsMs();
  const [p50, p99] = [0.5, 0.99].map((share) => `${percentile(reactions, share).toFixed(2)} ms`);
  console.log("\nOFFERS received to ACCEPT sent, one app, store written to the disk (wanted: < 2 ms)\n");
  console.log(figureTable(["p50", "p99"], [["reaction", p50 ?? "", p99 ?? ""]]));
}

const load = (): string => loadavg()[0]?.toFixed(1) ?? "";

function launchTable(launched: Launched[]): string {
  const row = (name: string, figure: (one: Launched) => string): [string, ...string[]] => [
    name,
    ...launched.map(figure),
  ];
  return figureTable(
    launched.map(({ title }) => title),
    [
      row("tasks finished", ({ finished, wanted, failure }) => {
        const of = finished === wanted ? String(finished) : `${finished} of ${wanted}`;
        return failure === undefined ? of : `${of} (${failure})`;
      }),
      row("  per second", ({ perSecond }) => perSecond.toFixed(1)),
      row("offer to ACCEPT, p50 / p99 ms", ({ reactionMs: { p50, p99 } }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`),
      row("ACCEPTs", ({ accepts }) => String(accepts)),
      row("CPU of the scheduler with its start, ms", ({ cpuMs }) => cpuMs.toFixed(0)),
      row("its memory at the largest, MB", ({ residentBytes }) => (residentBytes / 1e6).toFixed(0)),
    ],
  );
}
