// The clusters that an export is made of: one that is kept here, whole or damaged, or any by its address.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HttpConnection } from "../src/client/connection.ts";
import type { HttpClient } from "../src/client/http.ts";
import { clusterFolder, clusterNames, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import { readProcessRecords } from "../src/backends/state/process-record.ts";
import type { Diagnosis } from "../src/doctor/finding.ts";
import { missing, type Gathered, type Missing } from "../src/export/pieces.ts";
import { foreignCluster, ownCluster, type LoggedCluster } from "../src/logs/cluster-logs.ts";
import { salvagedCluster } from "../src/logs/salvaged-cluster.ts";
import { backendFor } from "./backends.ts";
import { damagedRecord, damageOf, partsOfDamaged } from "./damaged-cluster.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";
import { requireOwnCluster } from "./own-cluster.ts";

export interface Program {
  kind: "master" | "agent";
  name: string;
  url: string;
}

/** A cluster as far as an export is concerned. */
export interface Exported {
  name: string;
  /** What is known of it here. */
  known: Gathered[];
  /** What is no part of it, and holds secrets that may stand in its parts. */
  secrets: unknown[];
  programs: (signal: AbortSignal) => Promise<(Program | Missing)[]>;
  logged: LoggedCluster;
  examine: (signal: AbortSignal) => Promise<Diagnosis>;
}

/** @throws MesosUpError CLUSTER_UNKNOWN */
export async function ownExport(options: CommonOptions, connection: HttpConnection): Promise<Exported> {
  const { name } = await readClusterSpec(options);
  const folder = clusterFolder(process.cwd(), name);
  const damage = damageOf(folder);
  if (damage !== undefined) return await damagedExport(options, { folder, damage });
  const { spec, backend, plan, nodes } = await requireOwnCluster(options);
  return {
    name: plan.name,
    known: [
      known("plan.json", "every process with its address and command line", plan),
      known("nodes.json", "what has become of each process, and its version", nodes),
    ],
    secrets: appRecords(plan.stateDirectory),
    programs: () =>
      Promise.resolve(
        plan.nodes.flatMap(({ kind, name, address, port }) =>
          kind === "zookeeper" ? [] : [{ kind, name, url: `http://${address}:${port}` }],
        ),
      ),
    logged: ownCluster(backend, plan),
    async examine(signal) {
      const { examine } = await import("./doctor-world.ts");
      return await examine({ root: process.cwd(), spec, backend, env: process.env, connection }, signal);
    },
  };
}

/** What can still be had of a cluster whose record cannot be read; the rest is told to be missing. */
async function damagedExport(
  options: CommonOptions,
  { folder, damage }: { folder: string; damage: string },
): Promise<Exported> {
  const spec = await readClusterSpec(options);
  const parts = await partsOfDamaged(folder, process.env);
  const file = "plan.json";
  return {
    name: spec.name,
    known: [
      { file, what: "every process with its address and command line", why: damage },
      ...damagedRecord(folder),
      known("processes.json", "the processes as they were written down", readProcessRecords(folder)),
    ],
    secrets: appRecords(folder),
    programs: () =>
      Promise.resolve(
        parts.flatMap(({ kind, name, url }) =>
          kind === "zookeeper" || url === undefined ? [] : [{ kind, name, url }],
        ),
      ),
    logged: salvagedCluster(folder, parts),
    async examine(signal) {
      const { examine } = await import("./doctor-world.ts");
      return await examine({ root: process.cwd(), spec, backend: await backendFor(spec), env: process.env }, signal);
    },
  };
}

/** What schedulers have written down of their apps, with the variables that they give to tasks: a document in each line. */
function appRecords(stateDirectory: string): string[] {
  const folder = dirname(frameworkFile(stateDirectory, "any"));
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => {
    try {
      return readFileSync(join(folder, file), "utf8").split("\n");
    } catch {
      // The app is just being ended.
      return [];
    }
  });
}

function known(file: string, what: string, value: unknown): Gathered {
  return { file, what, content: { kind: "json", value } };
}

/** `root`: the folder that the user works in, from which apps may run there. @throws ConfigError MASTER_ADDRESS_INVALID */
export async function foreignExport(
  address: string,
  { http, connection, root }: { http: HttpClient; connection: HttpConnection; root: string },
): Promise<Exported> {
  const { foreignAgents, foreignMasters } = await import("./foreign.ts");
  const found = {
    masters: once((signal: AbortSignal) => foreignMasters(address, signal)),
    agents: once((signal: AbortSignal) => foreignAgents(address, http, signal)),
  };
  const { parseMasterAddress } = await import("../src/client/master-address.ts");
  const parsed = parseMasterAddress(address);
  return {
    name: parsed.kind === "zookeeper" ? parsed.connect : parsed.urls.map((url) => new URL(url).host).join(","),
    known: [],
    // The same cluster may have been called by another address when its apps were launched.
    secrets: [{ address }, ...clusterNames(root).flatMap((name) => appRecords(clusterFolder(root, name)))],
    async programs(signal) {
      const masters = await found.masters(signal);
      const agents = await found.agents(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        return missing({ file: "agents", what: "agents" }, error);
      });
      return [
        ...masters.map((url): Program => ({ kind: "master", name: new URL(url).host, url })),
        ...("why" in agents ? [agents] : agents.map((agent): Program => ({ kind: "agent", ...agent }))),
      ];
    },
    logged: foreignCluster(http, found),
    async examine(signal) {
      return await (
        await import("./doctor-world.ts")
      ).examineForeign(address, { env: process.env, connection, signal });
    },
  };
}

/** Who asks later gets what the first was answered, or will be. */
function once<T>(question: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (signal) => (answer ??= question(signal));
}
