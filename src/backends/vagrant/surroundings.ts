// What there is on this machine that machines could get into the way of, or the other way round.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import type { PlanNode } from "../../cluster/plan-types.ts";
import type { VagrantPlan, VagrantProvider } from "../../cluster/vagrant/vagrant-types.ts";
import { runCommand } from "../local/kit/command.ts";
import { overlap, parseNetwork, type Ipv4Network } from "./ipv4-networks.ts";

export interface Surroundings {
  /** Networks of this machine, with the name of the device. */
  devices: { name: string; network: Ipv4Network }[];
  /** Networks of Docker, but for those that Vagrant makes for machines, which machines may share. */
  dockerNetworks: { name: string; network: Ipv4Network }[];
  /** What VirtualBox allows for machines; undefined where it allows all. */
  virtualboxRanges: Ipv4Network[] | undefined;
  /** Megabytes that are free or can be freed. */
  freeMemory: number;
  /** Of the machines' addresses those at which somebody answers already. */
  answering: string[];
}

/** Whoever is on a network of this machine's own answers sooner. */
const ANSWER_WITHIN_MS = 1_000;

/** `nodes`: those that are to be on the machines. */
export async function lookAround(
  { provider }: VagrantPlan,
  nodes: readonly PlanNode[],
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Surroundings> {
  const devices = devicesHere();
  return {
    devices,
    dockerNetworks: provider === "docker" ? await dockerNetworks(env, signal) : [],
    virtualboxRanges: provider === "virtualbox" ? virtualboxRanges() : undefined,
    freeMemory: freeMemory(),
    answering: await answeringAt(nodes.filter(({ address }) => isNear(address, devices))),
  };
}

/** Devices that providers make for machines' networks are no strangers. */
export function isProvidersDevice(name: string, provider: VagrantProvider): boolean {
  const patterns: Record<VagrantProvider, RegExp> = {
    virtualbox: /^(vboxnet|bridge)/,
    libvirt: /^virbr/,
    parallels: /^(vnic|bridge|prlsh)/,
    vmware_desktop: /^(vmnet|bridge)/,
    // Docker's own networks are known by name.
    docker: /^(br-|docker|veth)/,
  };
  return patterns[provider].test(name);
}

function devicesHere(): Surroundings["devices"] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).flatMap(({ family, internal, cidr }) => {
      const network = family === "IPv4" && !internal && cidr !== null ? parseNetwork(cidr) : undefined;
      return network === undefined ? [] : [{ name, network }];
    }),
  );
}

/** Others would be asked beyond this machine, where nobody answers for long. */
function isNear(address: string, devices: Surroundings["devices"]): boolean {
  const network = parseNetwork(`${address}/32`);
  return network !== undefined && devices.some((device) => overlap(device.network, network));
}

async function answeringAt(nodes: readonly PlanNode[]): Promise<string[]> {
  const answers = await Promise.all(nodes.map(async (node) => ((await accepts(node)) ? [node.address] : [])));
  return answers.flat();
}

function accepts({ address, port }: PlanNode): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(false));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

async function dockerNetworks(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Surroundings["dockerNetworks"]> {
  const command = { environment: env, signal };
  const ids = (await runCommand("docker", ["network", "ls", "--quiet"], command)).stdout.trim().split("\n");
  const format = "{{.Name}}{{range .IPAM.Config}} {{.Subnet}}{{end}}";
  const described = await Promise.all(
    ids.map(async (id) => {
      // Alone, since somebody's network may have gone by now.
      const found = await runCommand("docker", ["network", "inspect", "--format", format, id], command).catch(
        () => undefined,
      );
      signal.throwIfAborted();
      return found?.stdout.trim() ?? "";
    }),
  );
  return described.flatMap((line) => {
    const [name = "", ...subnets] = line.split(" ");
    if (name.startsWith("vagrant_network")) return [];
    return subnets.flatMap((subnet) => {
      const network = parseNetwork(subnet);
      return network === undefined ? [] : [{ name, network }];
    });
  });
}

/**
 * VirtualBox's manual, on host-only networks: since 6.1.28 only 192.168.56.0/21 but for what /etc/vbox/networks.conf names,
 * line by line after a star.
 */
export function parseVirtualboxRanges(text: string | undefined): Ipv4Network[] | undefined {
  const lines = (text ?? "").split("\n").filter((line) => /^\s*\*/.test(line));
  const named = lines.flatMap((line) =>
    line
      .replace(/^\s*\*/, "")
      .trim()
      .split(/\s+/),
  );
  const ranges = (lines.length === 0 ? ["192.168.56.0/21"] : named).flatMap((range) => parseNetwork(range) ?? []);
  return ranges.some(({ prefix }) => prefix === 0) ? undefined : ranges;
}

function virtualboxRanges(): Ipv4Network[] | undefined {
  if (process.platform === "win32") return undefined;
  let text: string | undefined;
  try {
    text = readFileSync("/etc/vbox/networks.conf", "utf8");
  } catch {
    // Its absence is the rule.
  }
  return parseVirtualboxRanges(text);
}

/** Linux tells what can be freed; elsewhere nobody does, and the provider will say what it lacks. */
function freeMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kilobytes === undefined ? Infinity : Number(kilobytes) / 1024;
  } catch {
    return Infinity;
  }
}
