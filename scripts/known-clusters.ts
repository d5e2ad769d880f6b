// Which clusters there are below a folder, and which backend each is of.
import { dirname } from "node:path";
import type { Backend, ListingBackend } from "../src/backends/backend.ts";
import { clusterFolder, clusterNames } from "../src/backends/state/cluster-folder.ts";
import { madeBy } from "../src/backends/state/made-by.ts";

type BackendKind = Backend["kind"];

/** State of schedulers on clusters that are not ours (see foreignStateDirectory). */
const ELSEWHERE = /^at-.+-[0-9a-f]{8}$/;

/**
 * Those with a folder below `root`, be it damaged, and those that run though their folder is gone, as `list` of a backend
 * tells: where it fails, that backend is not there, or not for this system, and has no clusters. Virtual machines of a folder
 * that is gone nobody can take down: Vagrant has its own records of them there.
 */
export async function knownClusters(
  root: string,
  listOf: (backend: BackendKind) => Promise<Awaited<ReturnType<ListingBackend["list"]>>>,
): Promise<{ name: string; backend: BackendKind }[]> {
  const parent = dirname(clusterFolder(root, "any"));
  const known = new Map(clusterNames(root).map((name) => [name, madeBy(clusterFolder(root, name))]));
  // The local one last: a scheduler that was left behind runs here, wherever the rest of its cluster does.
  for (const backend of ["docker", "vagrant", "local"] as const) {
    const list = await listOf(backend).catch(() => []);
    // A folder may be there that does not tell of which backend it is.
    for (const { name, folder } of list)
      if (dirname(folder) === parent && known.get(name) === undefined) known.set(name, backend);
  }
  return [...known].filter(([name]) => !ELSEWHERE.test(name)).map(([name, backend = "local"]) => ({ name, backend }));
}
