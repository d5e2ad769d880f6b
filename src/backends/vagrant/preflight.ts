// What can be known beforehand to be in the way of the machines: their addresses, and memory.
import { readFileSync } from "node:fs";
import { availableParallelism, networkInterfaces } from "node:os";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { VagrantPlan } from "../../cluster/vagrant/vagrant-types.ts";
import { MesosUpError } from "../../errors.ts";
import { runCommand } from "../local/kit/command.ts";
import { containsAddress, overlap, parseNetwork, type Ipv4Network } from "./ipv4-networks.ts";

export interface Surroundings {
  /** Networks of this machine, with the name of the device. */
  devices: { name: string; network: Ipv4Network }[];
  /** Networks of Docker that are not this cluster's. */
  dockerNetworks: { name: string; network: Ipv4Network }[];
  /** What VirtualBox allows for machines; undefined where it allows all. */
  virtualboxRanges: Ipv4Network[] | undefined;
  /** Megabytes that are free or can be freed. */
  freeMemory: number;
  cpus: number;
}

/** @throws MesosUpError ADDRESS_NOT_ALLOWED, ADDRESS_TAKEN, MEMORY_TOO_LITTLE */
export function checkSurroundings({ vagrant }: ClusterPlan, surroundings: Surroundings): void {
  if (vagrant === undefined) return;
  const network = parseNetwork(`${vagrant.machines[0]?.address ?? ""}/24`);
  if (network === undefined) return;
  checkRanges(vagrant, surroundings);
  const used = vagrant.provider === "docker" ? surroundings.dockerNetworks : [];
  const taken = [...used, ...foreignDevices(vagrant, surroundings)].find((other) => overlap(other.network, network));
  if (taken !== undefined) throw addressTaken(network, taken.name);
  checkMemory(vagrant, surroundings);
}

function checkRanges({ provider, machines }: VagrantPlan, { virtualboxRanges }: Surroundings): void {
  if (provider !== "virtualbox" || virtualboxRanges === undefined) return;
  const outside = machines.find(({ address }) => !virtualboxRanges.some((range) => containsAddress(range, address)));
  if (outside === undefined) return;
  const ranges = virtualboxRanges.map(({ text }) => text).join(", ");
  throw new MesosUpError(`VirtualBox does not allow the address ${outside.address} for machines, but ${ranges} only.`, {
    code: "ADDRESS_NOT_ALLOWED",
    hint: `Name another network in the cluster file (vagrant: { network: 192.168.56 }), or allow this one with the line \`* ${networkOf(outside.address)}\` in /etc/vbox/networks.conf.`,
  });
}

/** Devices that providers make for machines' networks are no strangers. */
function foreignDevices({ provider }: VagrantPlan, { devices }: Surroundings): Surroundings["devices"] {
  const ours: Record<string, RegExp> = {
    virtualbox: /^(vboxnet|bridge)/,
    libvirt: /^virbr/,
    parallels: /^(vnic|bridge|prlsh)/,
    vmware_desktop: /^(vmnet|bridge)/,
    // Docker's own networks are known by name.
    docker: /^(br-|docker|veth)/,
  };
  return devices.filter(({ name }) => ours[provider]?.test(name) !== true);
}

function checkMemory({ provider, machines }: VagrantPlan, { freeMemory }: Surroundings): void {
  const wanted = machines.reduce((sum, { memory }) => sum + memory, 0);
  // A container takes what it needs, which is little.
  if (provider === "docker" || wanted <= freeMemory) return;
  throw new MesosUpError(
    `The machines want ${wanted} MB of memory, and this machine has ${Math.floor(freeMemory)} MB left.`,
    {
      code: "MEMORY_TOO_LITTLE",
      hint: "Give them less in the cluster file (vagrant: { masters: { memory: 1024 }, agents: { memory: 1024 } }), or use fewer agents.",
    },
  );
}

function addressTaken(network: Ipv4Network, by: string): MesosUpError {
  return new MesosUpError(`The addresses of the machines, ${network.text}, are taken by the network ${by}.`, {
    code: "ADDRESS_TAKEN",
    hint: "Take down what has them, or name another network in the cluster file (vagrant: { network: 192.168.60 }).",
  });
}

function networkOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
}

/** Looks at this machine. `own` names networks of Docker's that are this cluster's. */
export async function lookAround(
  { vagrant }: ClusterPlan,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Surroundings> {
  return {
    devices: Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
      (addresses ?? []).flatMap(({ family, internal, cidr }) => {
        const network = family === "IPv4" && !internal && cidr !== null ? parseNetwork(cidr) : undefined;
        return network === undefined ? [] : [{ name, network }];
      }),
    ),
    dockerNetworks: vagrant?.provider === "docker" ? await dockerNetworks(env, signal) : [],
    virtualboxRanges: vagrant?.provider === "virtualbox" ? virtualboxRanges() : undefined,
    freeMemory: freeMemory(),
    cpus: availableParallelism(),
  };
}

/** All but those that Vagrant makes for machines, which machines may share. */
async function dockerNetworks(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Surroundings["dockerNetworks"]> {
  const command = { environment: env, signal };
  const names = (await runCommand("docker", ["network", "ls", "--quiet"], command)).stdout.trim().split("\n");
  const format = "{{.Name}}{{range .IPAM.Config}} {{.Subnet}}{{end}}";
  const { stdout } = await runCommand("docker", ["network", "inspect", "--format", format, ...names], command);
  return stdout.split("\n").flatMap((line) => {
    const [name = "", ...subnets] = line.trim().split(" ");
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
