// The host's ends of the pairs that join containers to it. The kernel removes them with the container's network, but some
// time after the container's last process has ended: what is to be gone when `down` returns is removed here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cgroupsPrefix } from "../../../cluster/plan.ts";

const devicesFolder = "/sys/class/net";

/**
 * Those of the cluster in `folder`, known by their alias. Resolves with the names of those that were there.
 * @throws ExecaError if one cannot be removed
 */
export async function removeNetworkDevices(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const removed: string[] = [];
  for (const device of networkDevicesOf(folder)) {
    try {
      await execa("ip", ["link", "delete", device], { env, extendEnv: false });
      removed.push(device);
    } catch (error) {
      // The kernel may have been faster.
      if (existsSync(join(devicesFolder, device))) throw error;
    }
  }
  return removed;
}

/** Names of the cluster's devices. */
export function networkDevicesOf(folder: string): string[] {
  const prefix = cgroupsPrefix(folder);
  return readdirSync(devicesFolder).filter((name) => aliasOf(name).startsWith(prefix));
}

/** The agent that made it says in the alias whose it is. */
function aliasOf(device: string): string {
  try {
    return readFileSync(join(devicesFolder, device, "ifalias"), "utf8");
  } catch {
    return ""; // Gone in the meantime.
  }
}
