// What can be known beforehand to be in the way of the machines: their addresses, and memory.
import type { VagrantPlan } from "../../cluster/vagrant/vagrant-types.ts";
import { MesosUpError } from "../../errors.ts";
import { containsAddress, overlap, parseNetwork, type Ipv4Network } from "./ipv4-networks.ts";
import { isProvidersDevice, type Surroundings } from "./surroundings.ts";

/**
 * `vagrant` has those machines alone that are not there yet.
 * @throws MesosUpError ADDRESS_NOT_ALLOWED, ADDRESS_TAKEN, MEMORY_TOO_LITTLE
 */
export function checkSurroundings(vagrant: VagrantPlan, surroundings: Surroundings): void {
  const network = parseNetwork(`${vagrant.machines[0]?.address ?? ""}/24`);
  if (network === undefined) return;
  checkRanges(vagrant, surroundings);
  const used = vagrant.provider === "docker" ? surroundings.dockerNetworks : [];
  const foreign = surroundings.devices.filter(({ name }) => !isProvidersDevice(name, vagrant.provider));
  const taken = [...used, ...foreign].find((other) => overlap(other.network, network));
  if (taken !== undefined) throw addressTaken(network, `by the network ${taken.name}`);
  const [answering] = surroundings.answering;
  if (answering !== undefined) throw addressTaken(network, `by others' machines: one answers at ${answering}`);
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
  return new MesosUpError(`The addresses of the machines, ${network.text}, are taken ${by}.`, {
    code: "ADDRESS_TAKEN",
    hint: "Take down what has them (machines with `mesos-up down`, where they were brought up), or name another network in the cluster file (vagrant: { network: 192.168.60 }).",
  });
}

function networkOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
}
