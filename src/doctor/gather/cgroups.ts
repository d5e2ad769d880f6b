// The control groups of this machine: which there are, which may be used, and what they hold back.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CgroupFacts } from "../facts.ts";

/** Pure: of /proc/self/mountinfo, with what is needed of the file system. */
export function cgroupFacts(
  mountinfo: string,
  { read, isWritable }: { read: (path: string) => string | undefined; isWritable: (path: string) => boolean },
): Omit<CgroupFacts, "notByDocker"> {
  const mounts = mountsOf(mountinfo);
  const first = mounts.filter(({ type }) => type === "cgroup");
  if (first.length > 0) {
    const controllers = first.flatMap((mount) => mount.controllers);
    const writable = first.filter(({ path }) => isWritable(path)).flatMap((mount) => mount.controllers);
    return { version: 1, controllers, writable };
  }
  const unified = mounts.find(({ type }) => type === "cgroup2")?.path;
  if (unified === undefined) return { version: undefined, controllers: [], writable: [] };
  const controllers = (read(join(unified, "cgroup.controllers")) ?? "").trim().split(" ").filter(Boolean);
  return { version: 2, controllers, writable: isWritable(join(unified, "cgroup.procs")) ? controllers : [] };
}

/**
 * So many processors as the cgroups of this process allow, as in 0.5; undefined where none holds it back. Groups above that
 * of this process hold back too: the least counts. Pure: of /proc/self/mountinfo, and `own`, /proc/self/cgroup.
 */
export function processorQuota(
  mountinfo: string,
  { own, read }: { own: string; read: (path: string) => string | undefined },
): number | undefined {
  const quotas = mountsOf(mountinfo).flatMap(({ type, path, controllers }) => {
    const isUnified = type === "cgroup2";
    if (!isUnified && !controllers.includes("cpu")) return [];
    const line = own.split("\n").find((one) => {
      const names = one.split(":")[1]?.split(",") ?? [];
      return isUnified ? one.startsWith("0::") : names.includes("cpu");
    });
    return foldersUpTo(line?.split(":")[2] ?? "/").map((folder) => {
      const file = (name: string): string | undefined => read(join(path, folder, name))?.trim();
      const [quota, period] = isUnified
        ? (file("cpu.max") ?? "max").split(" ")
        : [file("cpu.cfs_quota_us") ?? "-1", file("cpu.cfs_period_us") ?? "100000"];
      return Number(quota) > 0 ? Number(quota) / Number(period) : Infinity;
    });
  });
  const least = Math.min(Infinity, ...quotas);
  return least === Infinity ? undefined : least;
}

/** "/a/b" → "/a/b", "/a", "/" */
function foldersUpTo(folder: string): string[] {
  const parts = folder.split("/").filter(Boolean);
  return [...parts.map((_, index) => `/${parts.slice(0, parts.length - index).join("/")}`), "/"];
}

/** A line of the table: …, mount point as the fifth field, …, " - ", type, source, options. */
function mountsOf(mountinfo: string): { type: string; path: string; controllers: string[] }[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [type = "", , options = ""] = after.split(" ");
    const controllers = options.split(",").filter((option) => !/^(rw|ro|name=.*|xattr|release_agent=.*)$/.test(option));
    if (!/^cgroup2?$/.test(type)) return [];
    return [{ type, path: before.split(" ")[4] ?? "", controllers: type === "cgroup" ? controllers : [] }];
  });
}

/** Of a file below /proc or /sys. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
