// Removes the parts of a cluster one after the other, and its folder last.
import { MesosUpError } from "../errors.ts";
import type { Claim } from "./state/claim.ts";
import { emptyClusterFolder } from "./state/cluster-folder.ts";
import type { ClusterRecord } from "./state/cluster-record.ts";

export interface TakeDownOptions {
  folder: string;
  /** Held on the folder; released by the caller. */
  claim: Claim;
  /** Undefined where it is missing or damaged. */
  record: ClusterRecord | undefined;
}

/** Removes one kind of things; resolves with what was removed: "process agent-1 (PID 812)", "container mesos-…", …. */
export type Remove = () => string[] | Promise<string[]>;

/**
 * Resolves with what was removed, for people to read; empty where there was nothing. What cannot be removed does not keep the
 * rest from it: it is the error DOWN_INCOMPLETE, with every reason among its cleanupErrors, and the cluster's folder then
 * stays, so that it can be tried again.
 */
export async function removeParts(
  { folder, claim, record }: TakeDownOptions,
  parts: readonly Remove[],
): Promise<string[]> {
  const removed: string[] = [];
  const errors: unknown[] = [];
  const attempt = async (remove: Remove): Promise<void> => {
    try {
      removed.push(...(await remove()));
    } catch (error) {
      errors.push(error);
    }
  };
  for (const part of parts) await attempt(part);
  if (errors.length === 0) {
    await attempt(() => {
      emptyClusterFolder(folder, claim);
      return record !== undefined || removed.length > 0 ? [`folder ${folder}`] : [];
    });
  }
  if (errors.length > 0) throw incomplete(folder, errors);
  return removed;
}

function incomplete(folder: string, errors: unknown[]): MesosUpError {
  return new MesosUpError(`Not everything that the cluster in ${folder} made could be removed.`, {
    code: "DOWN_INCOMPLETE",
    hint: "Put right what is named, then run the same `mesos-up down` again.",
    cleanupErrors: errors,
  });
}
