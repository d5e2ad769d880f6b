// Which backend a cluster's folder is of.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readClusterRecord, type ClusterRecord } from "./cluster-record.ts";

/** By its record or, where that cannot be read, by what else lies in the folder; undefined where neither tells. */
export function madeBy(folder: string): ClusterRecord["backend"] | undefined {
  const state = readClusterRecord(folder);
  if (state.kind === "present") return state.record.backend;
  const has = (...names: string[]): boolean => names.some((one) => existsSync(join(folder, one)));
  if (has("ssh_key", "Vagrantfile", ".vagrant")) return "vagrant";
  if (has("terraform")) return "docker";
  return has("processes", "nodes") ? "local" : undefined;
}
