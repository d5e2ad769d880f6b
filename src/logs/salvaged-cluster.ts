// A cluster of ours of which the record cannot be read: what its folder still tells of its parts and their logs.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileLog } from "../backends/file-log.ts";
import { readProcessRecords } from "../backends/state/process-record.ts";
import type { NodeKind } from "../cluster/plan-types.ts";
import { schedulerLogs, type LoggedCluster } from "./cluster-logs.ts";
import type { NamedLog } from "./named-log.ts";

/** A part as far as it is known: by its log, by its command line, or by both. */
export interface SalvagedPart {
  name: string;
  kind: NodeKind;
  log?: NamedLog["log"];
  /** http://host:port of a master or agent. */
  url?: string;
}

/** Parts that had processes of their own, or folders. */
export function salvagedParts(folder: string): SalvagedPart[] {
  const records = new Map(readProcessRecords(folder).map((record) => [record.node, record]));
  const names = new Set([...records.keys(), ...foldersIn(join(folder, "nodes"))]);
  return [...names].sort().map((name) => {
    const record = records.get(name);
    const file = record?.logFile ?? join(folder, "nodes", name, "log", `${name}.log`);
    return salvagedPart({ name, args: record?.command ?? [], ...(existsSync(file) && { log: fileLog(file) }) });
  });
}

/** Of a command line, which says what the program is and where it listens. */
export function salvagedPart(known: { name: string; args: readonly string[]; log?: NamedLog["log"] }): SalvagedPart {
  const { name, args, log } = known;
  const valueOf = (flag: string) => args.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  const [ip, port] = [valueOf("advertise_ip") ?? valueOf("ip"), valueOf("advertise_port") ?? valueOf("port")];
  const kind = args.some((arg) => arg.startsWith("--zk=")) ? "master" : kindByName(name);
  const isAsked = kind !== "zookeeper" && ip !== undefined && port !== undefined;
  return { name, kind, ...(log !== undefined && { log }), ...(isAsked && { url: `http://${ip}:${port}` }) };
}

/** What else there is but the parts' own logs: those of schedulers, and sandboxes of agents that still answer. */
export function salvagedCluster(folder: string, parts: readonly SalvagedPart[]): LoggedCluster {
  const logs = parts.flatMap(({ name, kind, log }) => (log === undefined ? [] : [{ name, kind, aliases: [], log }]));
  const agents = parts.flatMap(({ name, kind, url }) => (kind !== "agent" || url === undefined ? [] : [{ name, url }]));
  return {
    parts: () => Promise.resolve([...logs, ...schedulerLogs(folder)]),
    agents: () => Promise.resolve(agents),
  };
}

/** Agents may have names of the user's. */
function kindByName(name: string): NodeKind {
  return /^zookeeper-\d+$/.test(name) ? "zookeeper" : /^master-\d+$/.test(name) ? "master" : "agent";
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
