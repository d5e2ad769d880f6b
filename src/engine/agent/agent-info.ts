// What an agent says of itself: resources, attributes and name, from its flags and from the machine.
import { statfsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseAttributes } from "../../cluster/attributes.ts";
import { parseResources } from "../../cluster/resources-text.ts";
import { printRanges } from "../../mesos/ranges.ts";
import { containsResources, rangesResource, scalarResource } from "../../mesos/resources.ts";
import type { AgentInfo, Attribute, Resource } from "../../mesos/types.ts";
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

/** More of everything is permitted, and nothing else; worded as src/slave/compatibility.cpp has it. */
function additiveProblem(previous: AgentInfo, current: AgentInfo): string | undefined {
  const problem =
    namesProblem(previous, current) ??
    firstOf(previous.attributes ?? [], (old) => attributeProblem(old, current.attributes ?? [])) ??
    firstOf(previous.resources ?? [], (old) => resourceProblem(old, current.resources ?? []));
  return problem && `Configuration change not permitted under 'additive' policy: ${problem}`;
}

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function namesProblem(previous: AgentInfo, current: AgentInfo): string | undefined {
  if (previous.hostname !== current.hostname)
    return `Hostname changed from ${previous.hostname} to ${current.hostname}`;
  return previous.port === current.port ? undefined : `Port changed from ${previous.port} to ${current.port}`;
}

function attributeProblem(old: Attribute, attributes: readonly Attribute[]): string | undefined {
  const now = attributes.find(({ name }) => name === old.name);
  if (!now) return `Couldn't find attribute ${old.name}=${printAttribute(old)}`;
  if (isDeepStrictEqual(old, now)) return undefined;
  return `Value of ${old.type.toLowerCase()} attribute '${old.name}' changed from ${printAttribute(old)} to ${printAttribute(now)}`;
}

function printAttribute({ text, scalar, ranges }: Attribute): string {
  if (ranges) return printRanges(ranges.range ?? []);
  return text?.value ?? String(scalar?.value ?? "");
}

function resourceProblem(old: Resource, resources: readonly Resource[]): string | undefined {
  const now = resources.find(({ name }) => name === old.name);
  if (!now) return `Couldn't find resource '${old.name}'`;
  const [before = [], after = []] = [old.ranges?.range, now.ranges?.range];
  if (old.type === "RANGES" && !containsResources([now], [old]))
    return `Previous value of range resource '${old.name}' (${printRanges(before)}) not included in current ${printRanges(after)}`;
  const [most = 0, least = 0] = [old.scalar?.value, now.scalar?.value];
  return least < most ? `Value of scalar resource '${old.name}' decreased from ${most} to ${least}` : undefined;
}

const normalise = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
