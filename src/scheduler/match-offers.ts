// Which of the offers an app fits on, and if on none, why: offer by offer, everything that stands in the way. Pure.
import { printScalar } from "../mesos/print-resources.ts";
import { includes, size, subtract, fromValues, values } from "../mesos/ranges.ts";
import { portsOf, scalarOf } from "../mesos/resources.ts";
import type { Offer, Range, Resource } from "../mesos/types.ts";
import type { AppSpec } from "./app-spec.ts";
import { constraintProblem } from "./constraints.ts";
import { takePorts, takeScalar, usable } from "./take-resources.ts";

/** An offer that does, and what is taken of it. */
export interface Match {
  offer: Offer;
  resources: Resource[];
  /** One for each of the app's ports, in their order. */
  hostPorts: number[];
}

export interface Mismatch {
  agentId: string;
  /** host:port of the agent, or its hostname alone. */
  agent: string;
  /** At least one, as in "rack is c3po, wanted r2d2" or "cpus 0.5 offered, 1 wanted". */
  reasons: string[];
}

/**
 * The first offer that the app fits on, or why it fits on none of them. `random` (0 ≤ n < 1) chooses among ports that do
 * equally: something that Mesos does not know of may hold one of them.
 */
export function matchOffers(
  app: AppSpec,
  offers: readonly Offer[],
  random: () => number,
): { match: Match } | { match: undefined; mismatches: Mismatch[] } {
  const mismatches: Mismatch[] = [];
  for (const offer of offers) {
    const resources = usable(offer.resources ?? []);
    const scalars = neededScalars(app).map(([name, amount]) => ({
      name,
      amount,
      taken: takeScalar(resources, name, amount),
    }));
    const ports = assignPorts(app, portsOf(resources), random);
    const reasons = [
      ...app.constraints.map((constraint) => constraintProblem(constraint, offer)),
      ...ports.problems,
      ...scalars.map(({ name, amount, taken }) =>
        taken === undefined ? `${name} ${printScalar(scalarOf(resources, name))} offered, ${amount} wanted` : undefined,
      ),
    ].filter((reason) => reason !== undefined);
    if (reasons.length === 0) {
      const taken = [...scalars.flatMap((scalar) => scalar.taken ?? []), ...takePorts(resources, ports.hostPorts)];
      return { match: { offer, resources: taken, hostPorts: ports.hostPorts } };
    }
    mismatches.push({ agentId: offer.agent_id.value, agent: agentName(offer), reasons });
  }
  return { match: undefined, mismatches };
}

/** How people call the agent of an offer. */
export function agentName(offer: Offer): string {
  const port = offer.url?.address.port;
  return port === undefined ? offer.hostname : `${offer.hostname}:${port}`;
}

function neededScalars(app: AppSpec): [name: string, amount: number][] {
  const wanted: [string, number][] = [
    ["cpus", app.cpus],
    ["mem", app.mem],
    ["disk", app.disk],
  ];
  return wanted.filter(([, amount]) => amount > 0);
}

function assignPorts(
  app: AppSpec,
  offered: readonly Range[],
  random: () => number,
): { hostPorts: number[]; problems: string[] } {
  const fixed = app.ports.flatMap(({ host }) => (host === "any" ? [] : [host]));
  const problems = fixed.filter((port) => !includes(offered, port)).map((port) => notOffered(port, offered));
  let free = subtract(offered, fromValues(fixed));
  const wanted = app.ports.length - fixed.length;
  if (size(free) < wanted) problems.push(`${size(free)} ports offered, ${wanted} wanted`);
  const hostPorts = app.ports.map(({ host }) => {
    const port = host === "any" ? pick(free, random) : host;
    free = subtract(free, fromValues([port]));
    return port;
  });
  return { hostPorts, problems };
}

function pick(free: readonly Range[], random: () => number): number {
  let nth = Math.floor(random() * size(free));
  for (const port of values(free)) if (nth-- === 0) return port;
  return 0;
}

function notOffered(port: number, offered: readonly Range[]): string {
  const there = offered.map(({ begin, end }) => (begin === end ? String(begin) : `${begin}-${end}`)).join(", ");
  return there === "" ? `port ${port} wanted, no ports offered` : `port ${port} not in ${there}`;
}
