import { describe, expect, it } from "vitest";
import { parseNetwork, type Ipv4Network } from "../../../src/backends/vagrant/ipv4-networks.ts";
import { checkSurroundings } from "../../../src/backends/vagrant/preflight.ts";
import { parseVirtualboxRanges, type Surroundings } from "../../../src/backends/vagrant/surroundings.ts";
import { plan } from "../../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../../src/cluster/spec.ts";
import type { VagrantProvider } from "../../../src/cluster/vagrant/vagrant-types.ts";

function network(text: string): Ipv4Network {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

function check(provider: VagrantProvider, surroundings: Partial<Surroundings>): void {
  const placement = { stateDirectory: "/state", slot: 0, containerProgram: "docker", imageStore: "" };
  const { vagrant } = plan(defaultClusterSpec(), { ...placement, vagrant: { provider } });
  const quiet = { devices: [], dockerNetworks: [], virtualboxRanges: undefined, freeMemory: 8192, answering: [] };
  if (vagrant !== undefined) checkSurroundings(vagrant, { ...quiet, ...surroundings });
}

const refusal = (code: string, words: string): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string }) as Error;

describe("what is in the way of machines", () => {
  it("is nothing on a quiet machine", () => {
    for (const provider of ["virtualbox", "libvirt", "docker"] as const) check(provider, {});
  });

  it("is VirtualBox, which allows other addresses only, told with the ranges and the line that allows these", () => {
    const ranges = parseVirtualboxRanges(undefined);
    expect(() => check("virtualbox", { virtualboxRanges: ranges })).toThrow(
      refusal("ADDRESS_NOT_ALLOWED", "192.168.33.10 for machines, but 192.168.56.0/21 only"),
    );
    check("libvirt", { virtualboxRanges: ranges });
  });

  it.each([
    ["* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n", ["10.0.0.0/8", "192.168.0.0/16"]],
    ["# nothing\n", ["192.168.56.0/21"]],
    ["* 0.0.0.0/0 ::/0\n", undefined],
  ])("reads %j in /etc/vbox/networks.conf", (text, ranges) => {
    expect(parseVirtualboxRanges(text)?.map((range) => range.text)).toEqual(ranges);
  });

  it("is another network with the machines' addresses, by name", () => {
    const other = { name: "office", network: network("192.168.32.0/21") };
    expect(() => check("docker", { dockerNetworks: [other] })).toThrow(refusal("ADDRESS_TAKEN", "the network office"));
    expect(() => check("libvirt", { devices: [{ ...other, name: "eth1" }] })).toThrow(refusal("ADDRESS_TAKEN", "eth1"));
    check("virtualbox", { devices: [{ ...other, name: "vboxnet0" }] });
    check("docker", { devices: [{ ...other, name: "br-0123456789ab" }] });
  });

  it("is somebody who answers at one of the addresses, on a network that machines may share", () => {
    expect(() => check("virtualbox", { answering: ["192.168.33.11"] })).toThrow(
      refusal("ADDRESS_TAKEN", "192.168.33.0/24, are taken by others' machines: one answers at 192.168.33.11."),
    );
  });

  it("is memory, where virtual machines want more than there is", () => {
    expect(() => check("virtualbox", { freeMemory: 2000 })).toThrow(
      refusal("MEMORY_TOO_LITTLE", "want 3072 MB of memory, and this machine has 2000 MB"),
    );
    check("docker", { freeMemory: 500 });
  });
});
