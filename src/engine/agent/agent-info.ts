// What an agent says of itself: resources, attributes and name, from its flags and from the machine.
import { statfsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseAttributes } from "../../cluster/attributes.ts";
import { parseResources } from "../../cluster/resources-text.ts";
import { rangesResource, scalarResource } from "../../mesos/resources.ts";
import type { AgentInfo, Resource } from "../../mesos/types.ts";
import type { AgentFlags } from "./flags.ts";

export interface Machine {
  cpus: number;
  memoryBytes: number;
  hostname: string;
  /** Free and used together, of the file system that holds work_dir. */
  diskBytes: number;
}

export const AGENT_CAPABILITIES = [
  "MULTI_ROLE",
  "HIERARCHICAL_ROLE",
  "RESERVATION_REFINEMENT",
  "RESOURCE_PROVIDER",
  "RESIZE_VOLUME",
  "AGENT_OPERATION_FEEDBACK",
  "AGENT_DRAINING",
  "TASK_RESOURCE_LIMITS",
];

const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;

/** Bytes of the file system of an existing folder. */
export function diskBytesOf(directory: string): number {
  const { bsize, blocks } = statfsSync(directory);
  return bsize * blocks;
}

/**
 * The agent's description, without an id.
 * @throws MesosUpError if the texts of --resources or --attributes cannot be read.
 */
export function describeAgent(flags: AgentFlags, machine: Machine): AgentInfo {
  return {
    hostname: flags.hostname ?? flags.advertise_ip ?? flags.ip ?? machine.hostname,
    port: Number(flags.advertise_port ?? flags.port),
    resources: completeResources(parseResources(flags.resources ?? ""), machine, flags.default_role),
    attributes: parseAttributes(flags.attributes ?? ""),
    checkpoint: true,
  };
}

/** What --resources does not name is taken from the machine: see docs/attributes-resources.md for the shares left to the system. */
export function completeResources(given: Resource[], machine: Machine, role: string): Resource[] {
  const detected = [
    scalarResource("cpus", machine.cpus),
    scalarResource("mem", leaveSome(machine.memoryBytes, GIGABYTE, 2) / MEGABYTE),
    scalarResource("disk", leaveSome(machine.diskBytes, 5 * GIGABYTE, 2) / MEGABYTE),
    rangesResource("ports", [{ begin: 31000, end: 32000 }]),
  ];
  const missing = detected.filter((resource) => !given.some((one) => one.name === resource.name));
  return [...given, ...missing].map((resource) => (resource.role === undefined ? { ...resource, role } : resource));
}

function leaveSome(total: number, reserve: number, smallShare: number): number {
  const usable = total > 2 * reserve ? total - reserve : total / smallShare;
  return Math.floor(usable / MEGABYTE) * MEGABYTE;
}

/**
 * Why an agent that was known as `previous` may not come back as `current`; undefined if it may. `policy` is the flag
 * --reconfiguration_policy.
 */
export function incompatibility(previous: AgentInfo, current: AgentInfo, policy: string): string | undefined {
  if (policy === "additive") return additiveProblem(previous, current);
  const same = (["hostname", "port", "resources", "attributes"] as const).every((field) =>
    isDeepStrictEqual(normalise(previous[field]), normalise(current[field])),
  );
  return same ? undefined : "Incompatible agent info detected.";
}

function additiveProblem(previous: AgentInfo, current: AgentInfo): string | undefined {
  if (previous.hostname !== current.hostname || previous.port !== current.port) {
    return "Configuration change not permitted under `additive` policy: Hostname or port changed";
  }
  const kept = (previous.attributes ?? []).every((old) =>
    (current.attributes ?? []).some((now) => isDeepStrictEqual(old, now)),
  );
  if (!kept) return "Configuration change not permitted under `additive` policy: Attributes were removed or changed";
  const smaller = (previous.resources ?? []).find(
    (old) => !(current.resources ?? []).some((now) => now.name === old.name && !isSmaller(now, old)),
  );
  return smaller === undefined
    ? undefined
    : `Configuration change not permitted under \`additive\` policy: Resource '${smaller.name}' has decreased`;
}

function isSmaller(now: Resource, old: Resource): boolean {
  if (old.type === "SCALAR") return (now.scalar?.value ?? 0) < (old.scalar?.value ?? 0);
  return !isDeepStrictEqual(now, old);
}

const normalise = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
