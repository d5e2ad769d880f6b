// The package that Mesos is installed from where the cluster file names none: that of clusterd, the continuation of Mesos.
import type { ClusterSpec, MesosPackageSpec } from "./spec.ts";

export const DEFAULT_MESOS_VERSION = "1.11.0-0.7.1.ubuntu2404";

/** In the address, `{version}` and `{arch}` (amd64, arm64) stand for what they say. */
export const DEFAULT_MESOS_PACKAGE =
  "http://rpm.aventer.biz/Ubuntu/noble/pool/main/a/aventer-mesos/aventer-mesos_{version}_{arch}.deb";

/** What to install: `{arch}` is left for whoever knows the machine. No SHA-256: the file is not checked. */
export function mesosPackage({ images }: Pick<ClusterSpec, "images">): { address: string; sha256?: string } {
  const named: MesosPackageSpec = typeof images?.mesos === "object" ? images.mesos : {};
  const { package: address = DEFAULT_MESOS_PACKAGE, version = DEFAULT_MESOS_VERSION, sha256 } = named;
  return { address: address.replaceAll("{version}", version), ...(sha256 !== undefined && { sha256 }) };
}
