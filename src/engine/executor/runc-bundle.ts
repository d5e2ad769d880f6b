// The bundle of a container: config.json and the few files that every container gets of its own.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment, RuncRuntime } from "../containerizer/assignment.ts";
import { capabilitiesFrom } from "../containerizer/capabilities.ts";
import { containerProcess } from "../containerizer/container-process.ts";
import { resolveUser } from "../containerizer/image-user.ts";
import { ociConfig } from "../containerizer/oci-config.ts";

export interface BundleOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  hostNetwork: boolean;
}

/**
 * Writes config.json and the files it names into the container's directory, beside the place of its root file system.
 * @throws MesosUpError if the image lacks the user or the command that it is to run.
 */
export function writeBundle({ task, assignment, hostNetwork }: BundleOptions): void {
  const { directory, image, imageRootfs, asRoot } = assignment.runtime;
  for (const name of ["rootfs", "upper", "work"]) mkdirSync(join(directory, name), { recursive: true });
  const hostname =
    task.container?.hostname ?? (hostNetwork ? assignment.agent.hostname : assignment.containerId.slice(0, 12));
  const files = writeFiles(directory, hostname);
  const parameter = (key: string): string | undefined =>
    task.container?.docker?.parameters?.find((one) => one.key === key)?.value;
  const user = resolveUser(imageRootfs, parameter("user") ?? image.User ?? "");
  // Without privileges there is one user in the container, and it is root there: see pretendIdentities.
  const { home, uid, gid, additionalGids } = asRoot ? user : { ...user, uid: 0, gid: 0, additionalGids: [] };
  const config = ociConfig({
    task,
    assignment,
    user: { uid, gid, ...(additionalGids.length > 0 ? { additionalGids } : {}) },
    files,
    hostname,
    hostNetwork,
    available: capabilitiesFrom(readFileSync("/proc/self/status", "utf8"), asRoot),
    command: containerProcess({ task, assignment, hostname, home }),
  });
  writeFileSync(join(directory, "config.json"), JSON.stringify(config));
}

function writeFiles(directory: string, hostname: string): { resolvConf: string; hosts: string; hostname: string } {
  const files = {
    resolvConf: join(directory, "resolv.conf"),
    hosts: join(directory, "hosts"),
    hostname: join(directory, "hostname"),
  };
  writeFileSync(files.hostname, `${hostname}\n`);
  writeFileSync(
    files.hosts,
    `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t${hostname}\n`,
  );
  try {
    copyFileSync("/etc/resolv.conf", files.resolvConf);
  } catch {
    writeFileSync(files.resolvConf, ""); // A machine without name service gives containers none.
  }
  return files;
}
