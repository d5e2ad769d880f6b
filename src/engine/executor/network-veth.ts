// A pair of virtual Ethernet devices between the host and a container. Both vanish with the container's namespace.
import { createHash } from "node:crypto";
import { runCommand } from "../containerizer/run-command.ts";
import type { Connection } from "./network-connection.ts";

export interface VethOptions {
  pid: number;
  /** The `ip` program. */
  ip: string;
  containerId: string;
  /** The device's alias: by it who takes a cluster down finds what the kernel has not removed yet. */
  owner: string;
  /** Addresses of this machine, not to be given out again. */
  inUse: ReadonlySet<string>;
  env: NodeJS.ProcessEnv;
}

/** 198.18.0.0/15 is set aside for networks between test devices (RFC 2544): no real network uses it. */
const PAIRS = 2 ** 15;

/** @throws CommandFailure if the kernel or the permissions do not allow it */
export async function connectByVeth({ pid, ip, containerId, owner, inUse, env }: VethOptions): Promise<Connection> {
  const device = deviceName(containerId);
  const { host, container } = chooseAddresses(containerId, inUse);
  const hostSide = [
    `link add ${device} type veth peer name eth0 netns ${pid}`,
    `link set ${device} alias "${owner}"`,
    `addr add ${host} peer ${container} dev ${device}`,
    `link set ${device} up`,
  ];
  const containerSide = [
    `addr add ${container} peer ${host} dev eth0`,
    "link set eth0 up",
    `route add default via ${host}`,
  ];
  const batch = (lines: string[]): string => `${lines.join("\n")}\n`;
  await runCommand(ip, ["-batch", "-"], { env, input: batch(hostSide) });
  const inside = ["--target", String(pid), "--net", ip, "-batch", "-"];
  await runCommand("nsenter", inside, { env, input: batch(containerSide) });
  return {
    address: container,
    target: (mapping) => ({ host: container, port: mapping.container_port }),
    close: async () => {
      // Usually gone with the container already.
      await runCommand(ip, ["link", "delete", device], { env }).catch(() => {});
    },
  };
}

/** At most 15 characters, the kernel's limit. */
export const deviceName = (containerId: string): string => `mup${containerId.replaceAll("-", "").slice(0, 11)}`;

/** A pair of neighbouring addresses that depends on the container alone, moved on where it is taken. */
export function chooseAddresses(containerId: string, inUse: ReadonlySet<string>): { host: string; container: string } {
  const start = createHash("sha256").update(containerId).digest().readUInt32BE(0);
  for (let step = 0; step < PAIRS; step++) {
    const offset = 4 * ((start + step) % PAIRS);
    const address = (last: number): string =>
      `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${(offset & 255) + last}`;
    if (!inUse.has(address(1))) return { host: address(1), container: address(2) };
  }
  throw new Error("Failed to connect container: every address of 198.18.0.0/15 is in use");
}
