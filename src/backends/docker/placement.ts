// Where a cluster goes on a daemon: a network that nothing else uses, and a set of ports for its agents and their tasks.
import { networkInterfaces } from "node:os";
import { gatewayOf } from "../../cluster/docker/docker-addresses.ts";
import type { DockerPlacement, PlacedImages } from "../../cluster/docker/docker-types.ts";
import { DOCKER_LABELS } from "../../cluster/docker/labels.ts";
import type { Placement } from "../../cluster/plan-types.ts";
import { agentPort, LAST_SLOT, masterPort, zookeeperPorts } from "../../cluster/ports.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import { MesosUpError } from "../../errors.ts";
import { takenPorts } from "../local/ports/free-ports.ts";
import { claimSlot, type SlotClaim } from "../local/ports/slot-claim.ts";
import { isLocal } from "./daemon/daemon-address.ts";
import type { Daemon } from "./daemon/daemon.ts";
import type { DaemonFacts } from "./daemon/describe-daemon.ts";

export interface ChosenPlacement {
  placement: Placement;
  /** Keeps other clusters away from it until this one is there to be seen. */
  claims: SlotClaim[];
}

export interface PlaceOptions {
  daemon: Daemon;
  facts: DaemonFacts;
  stateDirectory: string;
  images: PlacedImages;
}

/** @throws MesosUpError NETWORK_TAKEN, PORT_TAKEN */
export async function choosePlacement(spec: ClusterSpec, options: PlaceOptions): Promise<ChosenPlacement> {
  const { daemon, facts } = options;
  const taken = await takenSubnets(daemon, facts);
  const usedSlots = await slotsOfClusters(daemon);
  const wanted = spec.docker?.subnet;
  const meeting = wanted === undefined ? undefined : taken.find((other) => overlap(wanted, other.subnet));
  if (wanted !== undefined && meeting !== undefined) throw networkTaken(wanted, meeting.owner);
  for (let slot = 0; slot <= LAST_SLOT; slot++) {
    const subnet = wanted ?? `172.30.${slot}.0/24`;
    if (wanted === undefined && taken.some((other) => overlap(subnet, other.subnet))) continue;
    if (usedSlots.has(slot) || (await isTakenHere(slot, options))) continue;
    const claims = await claimAll([`mesos-up-slot-${slot}`, `mesos-up-subnet-${subnet}`]);
    if (claims !== undefined) return { placement: placementOf(slot, subnet, options), claims };
  }
  throw new MesosUpError(`None of ${LAST_SLOT + 1} sets of ports and networks is free for another cluster in Docker.`, {
    code: "PORT_TAKEN",
    hint: "Take down clusters that are not needed; `docker ps` shows whose containers there are.",
  });
}

/** The same place for another look at the daemon: its images may have changed with the description. */
export function dockerPlacement(
  { form, socket, cgroups, rootless, reachedAt }: DaemonFacts,
  subnet: string,
  images: PlacedImages,
): DockerPlacement {
  const isHere = reachedAt === "127.0.0.1";
  return {
    form,
    network: { subnet, gateway: gatewayOf(subnet) },
    socket,
    publish: { bind: isHere ? "127.0.0.1" : "0.0.0.0", hostname: reachedAt },
    cgroups,
    ...(rootless && { rootless }),
    images,
  };
}

function placementOf(slot: number, subnet: string, options: PlaceOptions): Placement {
  const { stateDirectory, facts, images } = options;
  const docker = dockerPlacement(facts, subnet, images);
  // The docker program of the agents' image.
  return { stateDirectory, slot, containerProgram: "docker", imageStore: `${stateDirectory}/images`, docker };
}

interface TakenSubnet {
  subnet: string;
  owner: string;
}

/** Of the daemon's networks and, where it is on this machine, of the machine's own. Elsewhere, the address that it is reached at. */
async function takenSubnets(daemon: Daemon, { reachedAt }: DaemonFacts): Promise<TakenSubnet[]> {
  const networks = await daemon.json<{ Name: string; IPAM?: { Config?: { Subnet?: string }[] | null } }[]>(
    "GET",
    "/networks",
  );
  const ofDaemon = networks.flatMap(({ Name, IPAM }) =>
    (IPAM?.Config ?? []).flatMap(({ Subnet }) =>
      Subnet === undefined ? [] : [{ subnet: Subnet, owner: `network ${Name}` }],
    ),
  );
  // Its other networks are not known, but on this one it would be heard of no more.
  if (!isLocal(daemon.address)) return [...ofDaemon, { subnet: `${reachedAt}/32`, owner: "daemon's own address" }];
  const ofMachine = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, cidr }) =>
      family === "IPv4" && cidr !== null ? [{ subnet: cidr, owner: `network device ${name}` }] : [],
    ),
  );
  return [...ofDaemon, ...ofMachine];
}

/** Slots of clusters on the daemon, by the port of their agents. */
async function slotsOfClusters(daemon: Daemon): Promise<Set<number>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${DOCKER_LABELS.role}=agent`] }));
  const agents = await daemon.json<{ Command: string }[]>("GET", `/containers/json?all=1&filters=${filters}`);
  const width = agentPort(1, 0) - agentPort(0, 0);
  const ports = agents.flatMap(({ Command }) => Number(/--port=(\d+)/.exec(Command)?.[1] ?? Number.NaN));
  return new Set(
    ports.filter((port) => !Number.isNaN(port)).map((port) => Math.floor((port - agentPort(0, 0)) / width)),
  );
}

/** A cluster of the local backend has that slot; where ports are published on this machine, each kind's first one tells. */
async function isTakenHere(slot: number, { daemon, facts }: PlaceOptions): Promise<boolean> {
  if (!isLocal(daemon.address)) return false;
  const published = facts.form === "bridge" ? [zookeeperPorts(slot, 0).client, masterPort(slot, 0)] : [];
  const ports = [agentPort(slot, 0), ...published];
  const wanted = ports.map((port) => ({ node: "the cluster", address: "127.0.0.1", port }));
  return (await takenPorts(wanted)).length > 0;
}

async function claimAll(names: string[]): Promise<SlotClaim[] | undefined> {
  if (process.platform !== "linux") return [];
  const claims = await Promise.all(names.map((name) => claimSlot(name)));
  const got = claims.filter((claim) => claim !== undefined);
  if (got.length === names.length) return got;
  for (const claim of got) claim.release();
  return undefined;
}

/** Whether two networks in CIDR notation have an address in common; those of IPv6 have none with those of IPv4. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

function rangeOf(subnet: string): { first: number; last: number } | undefined {
  const [, address = "", bits = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(subnet) ?? [];
  if (address === "") return undefined;
  const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(bits));
  const first = number - (number % size);
  return { first, last: first + size - 1 };
}

function networkTaken(subnet: string, owner: string): MesosUpError {
  return new MesosUpError(`The network ${subnet} of the cluster file overlaps with the ${owner}.`, {
    code: "NETWORK_TAKEN",
    hint: "Name another one in docker: subnet:, or leave it out, so that a free one is chosen.",
  });
}
