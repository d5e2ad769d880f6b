// The command that starts a container: runc inside a mount namespace (and, as asked, network and user namespaces) of its
// own. What is mounted for the container, and its end of the network, vanish with its last process, however that ends.
import { join } from "node:path";
import type { ExecutorAssignment, RuncRuntime } from "../containerizer/assignment.ts";

/**
 * Arguments: image's rootfs, container's directory, overlay options or "copy", "network" or "host", then runc's command.
 * On descriptor 3 it says when its namespaces exist and waits until the network is there. Where the kernel refuses an
 * overlay, the image is copied.
 */
const SCRIPT = `
image=$1; dir=$2; overlay=$3; network=$4; shift 4
if [ "$network" = network ]; then
  echo ready >&3
  ip link set lo up 2>/dev/null || :
fi
if [ "$overlay" = copy ] || ! mount -t overlay overlay -o "$overlay" "$dir/rootfs" 2>/dev/null; then
  cp -a --reflink=auto "$image/." "$dir/rootfs"
fi
if [ "$network" = network ]; then read -r go <&3; fi
exec "$@" 3>&-
`;

export interface LauncherOptions {
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  ownNetwork: boolean;
  pidFile: string;
}

export function launcherCommand({ assignment, ownNetwork, pidFile }: LauncherOptions): {
  file: string;
  args: string[];
} {
  const { program, root, directory, imageRootfs, asRoot } = assignment.runtime;
  const runc = [program, "--root", root, "run", "--bundle", directory, "--pid-file", pidFile, assignment.containerId];
  const namespaces = [
    ...(asRoot ? [] : ["--user", "--map-root-user"]),
    ...["--mount", "--propagation", asRoot ? "slave" : "unchanged"],
    ...(ownNetwork ? ["--net"] : []),
  ];
  const overlay = overlayOptions({ imageRootfs, directory, asRoot });
  const scriptArguments = [imageRootfs, directory, overlay, ownNetwork ? "network" : "host", ...runc];
  return { file: "unshare", args: [...namespaces, "/bin/sh", "-euc", SCRIPT, "sh", ...scriptArguments] };
}

/** "copy" where the paths hold characters that mean something to mount. */
function overlayOptions(given: { imageRootfs: string; directory: string; asRoot: boolean }): string {
  const { imageRootfs, directory, asRoot } = given;
  if (/[,:\\]/.test(imageRootfs + directory)) return "copy";
  const layers = `lowerdir=${imageRootfs},upperdir=${join(directory, "upper")},workdir=${join(directory, "work")}`;
  return asRoot ? layers : `${layers},userxattr`;
}
