// Images that a daemon has, by what they are called and labelled.
import type { Daemon } from "../daemon/daemon.ts";

export interface ListedImage {
  /** repository:tag; Podman puts `localhost/` or `docker.io/` before. */
  reference: string;
  bytes: number;
  createdAtMs: number;
}

export interface ImageFilter {
  /** A repository, or a pattern: `mesos-up/*`. */
  reference: string;
  /** `name=value` */
  label?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Newest first; one that has several names comes once for each. */
export async function imagesOf(daemon: Daemon, { reference, label, signal }: ImageFilter): Promise<ListedImage[]> {
  const wanted = { reference: [reference], ...(label !== undefined && { label: [label] }) };
  const found = await daemon.json<{ RepoTags: string[] | null; Size: number; Created: number }[]>(
    "GET",
    `/images/json?filters=${encodeURIComponent(JSON.stringify(wanted))}`,
    { signal },
  );
  return found
    .toSorted((one, other) => other.Created - one.Created)
    .flatMap(({ RepoTags, Size, Created }) =>
      (RepoTags ?? []).map((name) => ({ reference: name, bytes: Size, createdAtMs: Created * 1000 })),
    );
}

/** A registry's port is not a tag. */
export function splitReference(reference: string): [repository: string, tag: string] {
  const colon = reference.lastIndexOf(":");
  if (colon < reference.lastIndexOf("/") || colon < 0) return [reference, "latest"];
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}
