// The host's ends of the pairs that join containers to it. The kernel removes them with the container's network, but some
// time after the container's last process has ended: what is to be gone when `down` returns is removed here.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { networkDevice } from "../../../cluster/network-device.ts";

/** Resolves with the names of those that were there. @throws ExecaError if one cannot be removed */
export async function removeNetworkDevices(containerIds: string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const devices = containerIds.map(networkDevice).filter(exists);
  const removed: string[] = [];
  for (const device of devices) {
    try {
      await execa("ip", ["link", "delete", device], { env, extendEnv: false });
      removed.push(device);
    } catch (error) {
      if (exists(device)) throw error;
    }
  }
  return removed;
}

const exists = (device: string): boolean => existsSync(join("/sys/class/net", device));
