// Whether an app fits on what is left of an offer, what it takes of it, and if it does not fit, everything that stands in
// the way. Pure.
import { printScalar } from "../mesos/print-resources.ts";
import { includes, size, subtract, fromValues } from "../mesos/ranges.ts";
import { portsOf, scalarOf, subtractResources, toScalar } from "../mesos/resources.ts";
import type { Offer, Range, Resource } from "../mesos/types.ts";
import type { AppSpec } from "./app-spec.ts";
import { constraintProblem, holdAll, holds } from "./constraints.ts";
import { isSpread, spreadProblem } from "./spread.ts";
import type { SpreadCounts } from "./spread.ts";
import { takePorts, takeScalar, usable } from "./take-resources.ts";

const SCALARS = ["cpus", "mem", "disk", "gpus"] as const;

/** An offer and what is left of it, made ready to be looked at by many apps. */
export class OpenOffer {
  readonly offer: Offer;
  #left: readonly Resource[];
  #amounts: Amounts | undefined;
  #ports: Range[] | undefined;

  /** `left` is less than the offer has where something was taken of it before. */
  constructor(offer: Offer, left: readonly Resource[] = usable(offer.resources ?? [])) {
    this.offer = offer;
    this.#left = left;
  }

  /** Of the offer; what no app may take is not among them. */
  get left(): readonly Resource[] {
    return this.#left;
  }

  set left(left: readonly Resource[]) {
    this.#left = left;
    this.#amounts = undefined;
    this.#ports = undefined;
  }

  /** Of what is left; worked out when an app that the agent does for first asks. */
  get amounts(): Amounts {
    return (this.#amounts ??= summed(this.#left));
  }

  get ports(): readonly Range[] {
    return (this.#ports ??= portsOf(this.#left));
  }
}

type Amounts = Record<(typeof SCALARS)[number], number>;

/** What is taken of an offer. */
export interface Taken {
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

/** The role that the resources of an offer may be used in. */
export function roleOf({ allocation_info: allocation }: Offer): string {
  return allocation?.role ?? "*";
}

/** Whether the agent does, whatever is left of the offer and wherever other instances are. */
export function agentFits(app: AppSpec, offer: Offer): boolean {
  return roleOf(offer) === app.role && app.constraints.every((constraint) => holds(constraint, offer));
}

/** The same for whoever has many offers to ask about. */
export function agentTest(app: AppSpec): (offer: Offer) => boolean {
  const holds = holdAll(app.constraints);
  return (offer) => roleOf(offer) === app.role && holds(offer);
}

/** Whether there is enough left. */
export function resourcesFit(app: AppSpec, open: OpenOffer): boolean {
  const { amounts } = open;
  for (const name of SCALARS) if (amounts[name] < app[name]) return false;
  if (app.ports.length === 0) return true;
  const { ports } = open;
  const fixed = fixedPorts(app);
  if (fixed.length === 0) return size(ports) >= app.ports.length;
  const free = subtract(ports, fromValues(fixed));
  return fixed.every((port) => includes(ports, port)) && size(free) >= app.ports.length - fixed.length;
}

/** Whether the spread of the app's instances allows another one there. */
export function spreadFits(app: AppSpec, offer: Offer, counts: SpreadCounts): boolean {
  return app.constraints.every((constraint) => spreadProblem(constraint, offer, counts) === undefined);
}

/**
 * Takes what the app needs out of what is left, which must fit. `random` (0 ≤ n < 1) chooses among ports that do equally:
 * something that Mesos does not know of may hold one of them.
 */
export function take(app: AppSpec, open: OpenOffer, random: () => number): Taken {
  const scalars = SCALARS.filter((name) => app[name] > 0);
  const hostPorts = assignPorts(app, open.ports, random);
  const resources = [
    ...scalars.flatMap((name) => takeScalar(open.left, name, app[name]) ?? []),
    ...takePorts(open.left, hostPorts),
  ];
  open.left = subtractResources(open.left, resources);
  return { resources, hostPorts };
}

/** One thing that keeps an app off an offer. */
export interface Obstacle {
  kind: "role" | "constraint" | "spread" | "ports" | "amount";
  /** Of the attribute or resource. */
  name: string;
  /** As in "rack is c3po, wanted r2d2" or "cpus 0.5 offered, 1 wanted". */
  reason: string;
  /** How far off it is, from 0 to 1: the missing part of an amount; 1 for what is not a matter of more or less. */
  lack: number;
}

/** Everything that keeps the app off what is left of an offer; empty if nothing does. */
export function obstacles(app: AppSpec, open: OpenOffer, counts: SpreadCounts): Obstacle[] {
  const role = roleOf(open.offer);
  const found: Obstacle[] = [];
  if (role !== app.role)
    found.push({ kind: "role", name: role, reason: `role is ${role}, wanted ${app.role}`, lack: 1 });
  for (const constraint of app.constraints) {
    const [name, operator] = constraint;
    const reason = constraintProblem(constraint, open.offer);
    if (reason !== undefined) found.push({ kind: "constraint", name, reason, lack: 1 });
    const spread = isSpread(operator) ? spreadProblem(constraint, open.offer, counts) : undefined;
    if (spread !== undefined) found.push({ kind: "spread", name, reason: spread, lack: 1 });
  }
  for (const reason of portProblems(app, open.ports)) found.push({ kind: "ports", name: "ports", reason, lack: 1 });
  for (const name of SCALARS) {
    const wanted = app[name];
    const offered = scalarOf(open.left, name);
    if (takeScalar(open.left, name, wanted) !== undefined) continue;
    const reason = `${name} ${printScalar(offered)} offered, ${wanted} wanted`;
    found.push({ kind: "amount", name, reason, lack: (wanted - offered) / wanted });
  }
  return found;
}

function summed(left: readonly Resource[]): Amounts {
  const amounts = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
  for (const { name, scalar } of left)
    if (scalar !== undefined && name in amounts) amounts[name as keyof Amounts] += scalar.value;
  for (const name of SCALARS) amounts[name] = toScalar(amounts[name]);
  return amounts;
}

function portProblems(app: AppSpec, offered: readonly Range[]): string[] {
  const fixed = fixedPorts(app);
  const problems = fixed.filter((port) => !includes(offered, port)).map((port) => notOffered(port, offered));
  const free = subtract(offered, fromValues(fixed));
  const wanted = app.ports.length - fixed.length;
  if (size(free) < wanted) problems.push(`${size(free)} ports offered, ${wanted} wanted`);
  return problems;
}

function assignPorts(app: AppSpec, offered: readonly Range[], random: () => number): number[] {
  let free = subtract(offered, fromValues(fixedPorts(app)));
  return app.ports.map(({ host }) => {
    const port = host === "any" ? pick(free, random) : host;
    free = subtract(free, fromValues([port]));
    return port;
  });
}

function fixedPorts(app: AppSpec): number[] {
  return app.ports.flatMap(({ host }) => (host === "any" ? [] : [host]));
}

function pick(free: readonly Range[], random: () => number): number {
  let nth = Math.floor(random() * size(free));
  for (const { begin, end } of free) {
    const length = end - begin + 1;
    if (nth < length) return begin + nth;
    nth -= length;
  }
  return 0;
}

function notOffered(port: number, offered: readonly Range[]): string {
  const there = offered.map(({ begin, end }) => (begin === end ? String(begin) : `${begin}-${end}`)).join(", ");
  return there === "" ? `port ${port} wanted, no ports offered` : `port ${port} not in ${there}`;
}
