// `mesos-up down`: removes everything that `up` made, of one cluster or of all that are known to this folder.
import { existsSync } from "node:fs";
import type { Backend, UpOptions } from "../src/backends/backend.ts";
import { endProcesses } from "../src/backends/local/processes/end-processes.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { clusterFolderOf, identify, processIds, type ProcessIdentity } from "../src/backends/state/process-identity.ts";
import { MesosUpError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { errorJson, interruption, runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { knownClusters } from "./known-clusters.ts";
import { backendThere, readClusterSpec, type CommonOptions } from "./options.ts";
import { releaseSchedulers } from "./schedulers.ts";

export interface DownOptions extends CommonOptions {
  all?: boolean;
}

export function down(options: DownOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    if (options.all === true) return await downAll(edge);
    const spec = await readClusterSpec(options);
    const { name } = spec;
    const backend = await backendFor({ backend: backendThere(spec, options.backend) });
    try {
      const { removed } = await takeDown(name, backend, edge);
      return { json: { ok: true, name, removed }, text: downText(name, removed), isFinal: true };
    } catch (error) {
      return { json: errorJson(error), text: "", error, isFinal: true };
    }
  });
}

/** Also what a damaged folder leaves to be found: schedulers that cannot be asked to end are ended. */
export async function takeDown(name: string, backend: Backend, work: UpOptions): Promise<{ removed: string[] }> {
  const folder = clusterFolder(process.cwd(), name);
  const wasThere = existsSync(folder);
  await releaseSchedulers(folder).catch(() => undefined);
  // Of a cluster whose parts do not run here, nothing else is marked; a local one's are ended together, ZooKeeper last.
  if (backend.kind !== "local") await endProcesses(() => processesOf(folder));
  const { removed } = await backend.down(name, work);
  // Of a damaged one that may have been all.
  return { removed: removed.length === 0 && wasThere && !existsSync(folder) ? [`folder ${folder}`] : removed };
}

function processesOf(folder: string): ProcessIdentity[] {
  const marked = processIds().filter((pid) => pid !== process.pid && clusterFolderOf(pid) === folder);
  return marked.flatMap((pid) => identify(pid) ?? []);
}

function downText(name: string, removed: string[]): string {
  if (removed.length === 0) return `There is nothing of cluster ${name} to remove.`;
  return `Cluster ${name} is gone. Removed:\n${removed.map((thing) => `  ${thing}`).join("\n")}`;
}

async function downAll(edge: Edge): Promise<CommandResult> {
  const known = await knownClusters(process.cwd(), async (backend) => (await backendFor({ backend })).list());
  return await takeDownEach(known, edge.signal, async ({ name, backend }) =>
    takeDown(name, await backendFor({ backend }), edge),
  );
}

/**
 * One after the other; one that cannot be removed whole keeps no other from it. The signal does, and what was removed by then
 * is told. @throws the signal's reason if nothing was begun
 */
export async function takeDownEach<T extends { name: string; backend: string }>(
  known: readonly T[],
  signal: AbortSignal,
  take: (cluster: T) => Promise<{ removed: string[] }>,
): Promise<CommandResult> {
  const clusters: { name: string; backend: string; removed: string[]; error?: unknown }[] = [];
  const errors: unknown[] = [];
  for (const cluster of known) {
    if (clusters.length === 0) signal.throwIfAborted();
    if (signal.aborted) break;
    const { name, backend: kind } = cluster;
    try {
      clusters.push({ name, backend: kind, ...(await take(cluster)) });
    } catch (error) {
      errors.push(error);
      clusters.push({ name, backend: kind, removed: [], error: errorJson(error).error });
    }
  }
  const texts = clusters.filter(({ error }) => error === undefined).map(({ name, removed }) => downText(name, removed));
  const left = known.slice(clusters.length).map(({ name }) => name);
  const text = clusters.length === 0 ? "No cluster is known to this folder." : texts.join("\n");
  if (left.length > 0) {
    const error = interruption(signal, `what was removed stays removed, and ${left.join(", ")} as it was`);
    return { json: { ...errorJson(error), clusters }, text, error, isFinal: true };
  }
  return {
    json: { ok: errors.length === 0, clusters },
    text,
    ...(errors.length > 0 && { error: incomplete(errors) }),
    isFinal: true,
  };
}

function incomplete(errors: unknown[]): MesosUpError {
  return new MesosUpError(`${errors.length} of the clusters could not be removed whole.`, {
    code: "DOWN_INCOMPLETE",
    hint: "Put right what is named, then run `mesos-up down --all` again.",
    cleanupErrors: errors,
  });
}
