// What must hold between the parts of a cluster file: names that differ, ports that do not meet on a machine. Checked on
// whatever parts are sound by themselves, so that these problems show together with those inside other parts.
import type { DocumentIssue } from "../config/parse-document.ts";
import { portsOf } from "../mesos/resources.ts";
import type { Range } from "../mesos/types.ts";
import { agentSchema, mastersSchema, zookeeperSchema } from "./cluster-schema.ts";
import { parseResources } from "./resources-text.ts";
import { agentNames, MAX_AGENTS } from "./spec.ts";
import type { AgentSpec, ClusterSpec } from "./spec.ts";

/**
 * The problems between the parts of a cluster file as written, of which anything may be wrong. `backend` counts instead
 * of the file's: it says what shares a machine. Whatever has an address of its own in Docker only on some daemons is
 * checked as if it had none, so that a file is sound on all of them.
 */
export function crossChecks(written: unknown, backend?: ClusterSpec["backend"]): DocumentIssue[] {
  const { zookeeper, masters, agents, ...rest } = (isMap(written) ? written : {}) as Record<string, unknown>;
  const apart = (backend ?? rest["backend"]) === "vagrant";
  const parsed = Array.isArray(agents) ? agents.map((agent) => agentSchema.safeParse(agent).data) : [];
  const servers = zookeeperSchema.safeParse(zookeeper ?? {}).data;
  const leaders = mastersSchema.safeParse(masters ?? {}).data;
  const claims = [
    ...portClaim("zookeeper.port", ["zookeeper", "port"], servers?.port, servers?.servers),
    ...portClaim("masters.port", ["masters", "port"], leaders?.port, leaders?.count),
    ...parsed.flatMap((agent, i) => (agent === undefined ? [] : agentClaims(agent, i, apart))),
  ];
  const multiplied = apart ? [] : multipliedPorts(parsed);
  return [...tooMany(parsed), ...sharedNames(parsed), ...sharedPorts(claims), ...multiplied];
}

type Parsed = readonly (AgentSpec | undefined)[];

interface Claim {
  owner: string;
  /** Claims on different machines never meet. */
  machine: string;
  path: PropertyKey[];
  range: Range;
}

function portClaim(owner: string, path: PropertyKey[], port: number | undefined, count = 1): Claim[] {
  return port === undefined ? [] : [{ owner, machine: "", path, range: { begin: port, end: port + count - 1 } }];
}

function agentClaims(agent: AgentSpec, i: number, apart: boolean): Claim[] {
  const machine = apart ? `agents[${i}]` : "";
  const tasks = portsOf(parseResources(agent.resources)).map((range): Claim => {
    return { owner: `agents[${i}].resources`, machine, path: ["agents", i, "resources"], range };
  });
  const port = portClaim(`agents[${i}].port`, ["agents", i, "port"], agent.port, apart ? 1 : agent.count);
  return [...port.map((claim) => ({ ...claim, machine })), ...tasks];
}

function sharedPorts(claims: readonly Claim[]): DocumentIssue[] {
  return claims.flatMap(({ owner, machine, path, range }, i): DocumentIssue[] => {
    if (range.end > 65_535) return [{ path, message: `leads to ports above 65535 (${rangeText(range)})`, at: "value" }];
    const there = claims.slice(0, i).filter((earlier) => earlier.machine === machine && earlier.owner !== owner);
    const other = there.find((earlier) => overlaps(earlier.range, range));
    if (other === undefined) return [];
    return [
      { path, message: `takes ${rangeText(range)}, which ${other.owner} has (${rangeText(other.range)})`, at: "value" },
    ];
  });
}

function multipliedPorts(agents: Parsed): DocumentIssue[] {
  return agents.flatMap((agent, i): DocumentIssue[] => {
    if (agent === undefined || agent.count === 1 || portsOf(parseResources(agent.resources)).length === 0) return [];
    const message = `gives the same ports to ${agent.count} agents; leave ports out and each gets its own`;
    return [{ path: ["agents", i, "resources"], message, at: "value" }];
  });
}

function sharedNames(agents: Parsed): DocumentIssue[] {
  const names = agentNames(agents.map((agent) => agent ?? { count: 1 }));
  const owners = new Map<string, number>();
  return names.flatMap((group, i) =>
    group.flatMap((name): DocumentIssue[] => {
      const other = owners.get(name);
      if (other === undefined) {
        owners.set(name, i);
        return [];
      }
      const path = ["agents", i, ...(agents[i]?.name === undefined ? [] : ["name"])];
      return [{ path, message: `leads to the name ${name}, which agents[${other}] has`, at: "value" }];
    }),
  );
}

function tooMany(agents: Parsed): DocumentIssue[] {
  const total = agents.reduce((sum, agent) => sum + (agent?.count ?? 1), 0);
  if (total <= MAX_AGENTS) return [];
  return [{ path: ["agents"], message: `must be ${MAX_AGENTS} at most, but are ${total}`, at: "key" }];
}

function overlaps(a: Range, b: Range): boolean {
  return a.begin <= b.end && b.begin <= a.end;
}

function rangeText({ begin, end }: Range): string {
  return begin === end ? `port ${begin}` : `ports ${begin}-${end}`;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
