// `mesos-up logs`: the logs of a cluster's parts, schedulers and tasks as one.
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { HttpClient } from "../src/client/http.ts";
import { findLogs, foreignCluster, ownCluster, type LoggedCluster } from "../src/logs/cluster-logs.ts";
import type { Entry } from "../src/logs/entries.ts";
import { followLogs } from "../src/logs/follow-logs.ts";
import { logsCalled, refuseUnknown, type NamedLog } from "../src/logs/named-log.ts";
import type { Level } from "../src/logs/parse-line.ts";
import { readLogs, type ReadLogs } from "../src/logs/read-logs.ts";
import { entryRenderer } from "../src/logs/render-entries.ts";
import { salvagedCluster } from "../src/logs/salvaged-cluster.ts";
import { parseSince } from "../src/logs/since.ts";
import { wantsColour } from "../src/progress/renderer.ts";
import { readConnection, type ConnectionOptions } from "./connection.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import { damageOf, partsOfDamaged } from "./damaged-cluster.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";
import { requireOwnCluster } from "./own-cluster.ts";

export interface LogsOptions extends CommonOptions, ConnectionOptions {
  follow?: boolean;
  since?: string;
  level?: Level;
  lines?: number;
}

const DEFAULT_LINES = 50;

/** Of one round of questions: where tasks are, what a log holds. */
const READ_LIMIT_MS = 30_000;

export function logs(wanted: string[], options: LogsOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const { since, level, lines, follow } = options;
    const nowMs = () => Date.now();
    const selection = { level, sinceMs: since === undefined ? undefined : parseSince(since, nowMs()) };
    const last = lines ?? (since === undefined ? DEFAULT_LINES : undefined);
    await using http = new HttpClient(await readConnection(options));
    const cluster = await clusterOf(options, http);
    // Tasks that have ended are only looked for where somebody asks for them: there may be many.
    const find = async (signal: AbortSignal, ended = false) => await findLogs(cluster, { http, ended, signal });
    const signal = AbortSignal.any([edge.signal, AbortSignal.timeout(Math.min(edge.timeoutMs, READ_LIMIT_MS))]);
    const found = await find(signal, wanted.length > 0);
    refuseUnknown(found.logs, wanted);
    const asked = logsCalled(found.logs, wanted);
    const read = await readLogs(asked, { ...selection, last, signal, nowMs });
    read.missing.unshift(...found.missing.filter(() => wanted.length === 0 || wanted.includes("task")));
    const show = printer(asked, options);
    if (follow !== true) return resultOf(read, show);
    tellMissing(read);
    print(read.entries.map(show));
    await followLogs({
      ...{ ...selection, signal: edge.signal, nowMs, positions: read.positions },
      // Others' masters and agents log every question.
      discoverEveryMs: options.master === undefined ? 1_000 : 5_000,
      discover: async (within) => logsCalled((await find(within)).logs, wanted),
      onEntries: (entries) => print(entries.map(show)),
    });
    return { json: undefined, text: "", streamed: true };
  });
}

async function clusterOf(options: LogsOptions, http: HttpClient): Promise<LoggedCluster> {
  if (options.master !== undefined) return await foreign(options.master, http);
  const folder = clusterFolder(process.cwd(), (await readClusterSpec(options)).name);
  if (damageOf(folder) !== undefined) return salvagedCluster(folder, await partsOfDamaged(folder, process.env));
  const { backend, plan } = await requireOwnCluster(options);
  return ownCluster(backend, plan);
}

async function foreign(address: string, http: HttpClient): Promise<LoggedCluster> {
  const { foreignAgents, foreignMasters } = await import("./foreign.ts");
  return foreignCluster(http, {
    masters: (signal) => foreignMasters(address, signal),
    agents: (signal) => foreignAgents(address, http, signal),
  });
}

function resultOf({ entries, missing }: ReadLogs, show: (entry: Entry) => string): CommandResult {
  tellMissing({ missing });
  return {
    json: { ok: missing.length === 0, entries: entries.map(entryJson), missing },
    text: entries.map(show).join("\n"),
  };
}

/** On stderr: what is missing is no line of any log. */
function tellMissing({ missing }: Pick<ReadLogs, "missing">): void {
  for (const { name, why } of missing) process.stderr.write(`${name}: ${why}\n`);
}

/** With --json every entry that is followed is a line of its own. */
function printer(logs: NamedLog[], options: LogsOptions): (entry: Entry) => string {
  if (options.json === true) return (entry) => JSON.stringify(entryJson(entry));
  const colour = wantsColour(process.stdout, process.env);
  const renderer = entryRenderer(
    logs.map(({ name }) => name),
    { colour },
  );
  return (entry) => renderer.render(entry);
}

function entryJson({ atMs, ...entry }: Entry): object {
  return { time: new Date(atMs).toISOString(), ...entry };
}

function print(lines: string[]): void {
  if (lines.length > 0) process.stdout.write(lines.join("\n") + "\n");
}
