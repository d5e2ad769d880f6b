// What kind of daemon it is, as far as placing a cluster depends on it.
import { lookup } from "node:dns/promises";
import { MesosUpError } from "../../../errors.ts";
import { isLocal, machineOf, type DaemonAddress } from "./daemon-address.ts";
import type { Daemon } from "./daemon.ts";

export interface DaemonFacts {
  /** "Docker 20.10.24", "Podman Engine 4.3.1" */
  title: string;
  /** As images name it: amd64, arm64. */
  architecture: string;
  cgroups: 1 | 2;
  rootless: boolean;
  /**
   * host: agents on the host's network, as on a Linux machine of one's own; bridge: the containers' addresses cannot be
   * reached from here (Docker Desktop, a machine elsewhere) or the host's network is not the machine's (rootless).
   */
  form: "host" | "bridge";
  /** Why it is the bridge form, for people. */
  why?: string;
  /** Of the daemon's machine, as seen from there. */
  socket: string;
  /** IPv4 address at which published ports are reached from here. */
  reachedAt: string;
}

interface Info {
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  CgroupVersion?: string;
  SecurityOptions?: string[];
  /** Podman says it here. */
  Rootless?: boolean;
}

interface Version {
  Version: string;
  Platform?: { Name?: string };
  Components?: { Name: string; Version: string }[];
}

const architectures: Partial<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };
const DEFAULT_SOCKET = "/var/run/docker.sock";

/** @throws MesosUpError DOCKER_UNREACHABLE, DOCKER_FORBIDDEN */
export async function describeDaemon(daemon: Daemon, signal?: AbortSignal): Promise<DaemonFacts> {
  const [info, version] = await Promise.all([
    daemon.json<Info>("GET", "/info", { signal, timeoutMs: 10_000 }),
    daemon.json<Version>("GET", "/version", { signal, timeoutMs: 10_000 }),
  ]);
  const rootless =
    info.Rootless === true || info.SecurityOptions?.some((option) => option.startsWith("name=rootless")) === true;
  const why = reasonForBridge(daemon, info, rootless);
  const engine = version.Components?.[0]?.Name ?? "Docker";
  return {
    title: `${engine === "Engine" ? "Docker" : engine} ${version.Version}`,
    architecture: architectures[info.Architecture] ?? info.Architecture,
    cgroups: info.CgroupVersion === "2" ? 2 : 1,
    rootless,
    form: why === undefined ? "host" : "bridge",
    ...(why === undefined ? {} : { why }),
    socket: rootless || why === undefined ? socketOf(daemon.address) : DEFAULT_SOCKET,
    reachedAt: await addressOf(daemon.address),
  };
}

/** A daemon of this very machine has it where this user has it; another one where every daemon has it. */
function socketOf(address: DaemonAddress): string {
  return isLocal(address) ? address.host.slice("unix://".length) : DEFAULT_SOCKET;
}

/** What Mesos advertises has to be an address, of version 4. @throws MesosUpError DOCKER_ADDRESS_UNUSABLE */
async function addressOf(address: DaemonAddress): Promise<string> {
  const machine = machineOf(address);
  if (machine === undefined) return "127.0.0.1";
  const found = await lookup(machine, { family: 4 }).catch(() => undefined);
  // What is an address already comes back as it is.
  if (found?.family === 4) return found.address;
  throw new MesosUpError(
    `The Docker daemon's machine ${machine} (${address.from}) has no IPv4 address, and Mesos advertises no other.`,
    {
      code: "DOCKER_ADDRESS_UNUSABLE",
      hint: "Name the daemon by an IPv4 address, or a name that has one: DOCKER_HOST=tcp://192.0.2.1:2376.",
    },
  );
}

function reasonForBridge(daemon: Daemon, { OperatingSystem }: Info, rootless: boolean): string | undefined {
  if (/Docker Desktop|Rancher Desktop|OrbStack|Colima/i.test(OperatingSystem))
    return `${OperatingSystem} is a machine of its own`;
  if (process.platform !== "linux") return "the daemon runs in a machine of its own";
  if (!isLocal(daemon.address)) return `the daemon is on ${machineOf(daemon.address) ?? "another machine"}`;
  return rootless ? "a rootless daemon has a network of its own" : undefined;
}
