// All logs of a cluster: of its parts, of the schedulers that were left behind, of its tasks.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Backend } from "../backends/backend.ts";
import { fileLog } from "../backends/file-log.ts";
import { frameworkFile } from "../backends/state/cluster-folder.ts";
import type { ClusterPlan } from "../cluster/plan-types.ts";
import type { HttpClient } from "../client/http.ts";
import { programLog } from "./files-log.ts";
import type { NamedLog } from "./named-log.ts";
import { sandboxLogs } from "./sandbox-logs.ts";

export interface LoggedCluster {
  /** The logs of its parts. */
  parts: (signal: AbortSignal) => Promise<NamedLog[]>;
  /** Who is asked for the sandboxes of tasks. */
  agents: (signal: AbortSignal) => Promise<{ name: string; url: string }[]>;
}

/** A cluster of ours, whose parts' logs its backend reads. */
export function ownCluster(backend: Backend, plan: ClusterPlan): LoggedCluster {
  const parts = plan.nodes.map(({ name, kind }): NamedLog => ({
    name,
    kind,
    aliases: [],
    log: backend.log(plan.name, name),
  }));
  const agents = plan.nodes.filter(({ kind }) => kind === "agent");
  return {
    parts: () => Promise.resolve([...parts, ...schedulerLogs(plan.stateDirectory)]),
    agents: () =>
      Promise.resolve(agents.map(({ name, address, port }) => ({ name, url: `http://${address}:${port}` }))),
  };
}

const SCHEDULER_LOG = ".scheduler.log";

/** What schedulers that go on without a terminal have printed. */
export function schedulerLogs(stateDirectory: string): NamedLog[] {
  const folder = dirname(frameworkFile(stateDirectory, "any"));
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(SCHEDULER_LOG));
  } catch {
    return [];
  }
  return files.sort().map((file) => {
    const app = file.slice(0, -SCHEDULER_LOG.length);
    return { name: `scheduler ${app}`, kind: "scheduler", aliases: [app], log: fileLog(join(folder, file)) };
  });
}

/** A cluster that somebody else runs: masters and agents are asked for what they write with --log_dir. */
export function foreignCluster(
  http: HttpClient,
  found: {
    masters: (signal: AbortSignal) => Promise<string[]>;
    agents: LoggedCluster["agents"];
  },
): LoggedCluster {
  const named = (kind: "master" | "agent", name: string, url: string): NamedLog => ({
    ...{ name: `${kind} ${name}`, kind, aliases: [name] },
    log: programLog({ http, url, kind }),
  });
  return {
    agents: found.agents,
    async parts(signal) {
      const [masters, agents] = await Promise.all([found.masters(signal), found.agents(signal).catch(() => [])]);
      return [
        ...masters.map((url) => named("master", new URL(url).host, url)),
        ...agents.map(({ name, url }) => named("agent", name, url)),
      ];
    },
  };
}

export interface FoundLogs {
  logs: NamedLog[];
  missing: { name: string; why: string }[];
}

/** An agent that cannot be asked has no sandboxes to show: that is told. `ended`: also those of tasks that have ended. */
export async function findLogs(
  cluster: LoggedCluster,
  options: { http: HttpClient; ended: boolean; signal: AbortSignal },
): Promise<FoundLogs> {
  const [parts, agents] = await Promise.all([
    cluster.parts(options.signal),
    cluster.agents(options.signal).catch(() => []),
  ]);
  const missing: FoundLogs["missing"] = [];
  const sandboxes = agents.map(({ name, url }) =>
    sandboxLogs(url, options).catch((error: unknown) => {
      options.signal.throwIfAborted();
      missing.push({ name: `tasks of ${name}`, why: error instanceof Error ? error.message : String(error) });
      return [];
    }),
  );
  return { logs: [...parts, ...(await Promise.all(sandboxes)).flat()], missing };
}
