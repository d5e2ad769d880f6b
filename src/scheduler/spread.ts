// How an app's instances are spread over agents: UNIQUE, GROUP_BY and MAX_PER, which count the instances that have each
// value of an attribute. Pure.
import type { Offer } from "../mesos/types.ts";
import type { AppSpec, Constraint } from "./app-spec.ts";
import { attributeText } from "./constraints.ts";

/** For each attribute that an app is spread by: how many of its instances have which value. */
export type SpreadCounts = Map<string, Map<string, number>>;

/** Anything that an instance is on: an attribute's name → its value. */
export type Attributes = Record<string, string>;

/** The constraints that look at other instances. */
export function spreadConstraints({ constraints }: AppSpec): Constraint[] {
  return constraints.filter(([, operator]) => isSpread(operator));
}

export function isSpread(operator: Constraint[1]): boolean {
  return operator === "UNIQUE" || operator === "GROUP_BY" || operator === "MAX_PER";
}

/** Counts the app's instances by the attributes of the agents that they are on. */
export function countSpread(app: AppSpec, placed: Iterable<Attributes>): SpreadCounts {
  const counts: SpreadCounts = new Map();
  const names = spreadConstraints(app).map(([name]) => name);
  for (const name of names) counts.set(name, new Map());
  for (const attributes of placed)
    for (const [name, byValue] of counts) {
      const value = attributes[name];
      if (value !== undefined) byValue.set(value, (byValue.get(value) ?? 0) + 1);
    }
  return counts;
}

/** Adds an instance on the agent of that offer. */
export function addToSpread(counts: SpreadCounts, offer: Offer): void {
  for (const [name, byValue] of counts) {
    const value = attributeText(offer, name);
    if (value !== undefined) byValue.set(value, (byValue.get(value) ?? 0) + 1);
  }
}

/** Why one more instance may not go to that agent, undefined if it may. */
export function spreadProblem(
  [name, operator, limit]: Constraint,
  offer: Offer,
  counts: SpreadCounts,
): string | undefined {
  const value = attributeText(offer, name);
  const byValue = counts.get(name);
  if (value === undefined || byValue === undefined) return undefined;
  const here = byValue.get(value) ?? 0;
  switch (operator) {
    case "UNIQUE":
      return here === 0 ? undefined : `${name} ${value} has an instance already`;
    case "MAX_PER":
      return here < Number(limit)
        ? undefined
        : `${name} ${value} has ${here} instances already, ${String(limit)} at most`;
    case "GROUP_BY": {
      const least = leastCount(byValue, limit);
      return here <= least ? undefined : `${name} ${value} has ${here} instances, another ${name} has only ${least}`;
    }
    default:
      return undefined;
  }
}

/** Among the values that are known; one that is known to exist without having been seen has none. */
function leastCount(byValue: ReadonlyMap<string, number>, groups: Constraint[2]): number {
  if (groups !== undefined && byValue.size < Number(groups)) return 0;
  let least = Infinity;
  for (const count of byValue.values()) least = Math.min(least, count);
  return least === Infinity ? 0 : least;
}
