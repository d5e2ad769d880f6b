// How an app's instances are spread over agents: UNIQUE, GROUP_BY and MAX_PER, which count the instances that have each
// value of an attribute. Pure.
import type { Offer } from "../mesos/types.ts";
import type { AppSpec, Constraint } from "./app-spec.ts";
import { attributeText } from "./constraints.ts";

/** For each attribute that an app is spread by: how many of its instances have which value. */
export type SpreadCounts = Map<string, ValueCounts>;

/** How many instances have which value of an attribute, and the least of these numbers without looking at all of them. */
export class ValueCounts {
  readonly #counts = new Map<string, number>();
  /** How many values have that many instances. */
  readonly #valuesWith: number[] = [];
  #least = 0;

  get size(): number {
    return this.#counts.size;
  }

  /** Among the values that are known; 0 if none is. */
  get least(): number {
    if (this.size === 0) return 0;
    while (!this.#valuesWith[this.#least]) this.#least++;
    return this.#least;
  }

  of(value: string): number {
    return this.#counts.get(value) ?? 0;
  }

  /** Makes a value known that may have no instance yet. */
  know(value: string): void {
    if (!this.#counts.has(value)) this.#set(value, 0);
  }

  /** One instance more. */
  add(value: string): void {
    const before = this.#leave(value);
    this.#set(value, before + 1);
  }

  /** The value is not to be reckoned with any more. */
  forget(value: string): void {
    this.#leave(value);
    this.#counts.delete(value);
  }

  #set(value: string, count: number): void {
    this.#counts.set(value, count);
    this.#valuesWith[count] = (this.#valuesWith[count] ?? 0) + 1;
    this.#least = Math.min(this.#least, count);
  }

  #leave(value: string): number {
    const count = this.#counts.get(value);
    if (count !== undefined) this.#valuesWith[count] = (this.#valuesWith[count] ?? 0) - 1;
    return count ?? 0;
  }
}

/** Anything that an instance is on: an attribute's name → its value. */
export type Attributes = Record<string, string>;

/** The constraints that look at other instances. */
export function spreadConstraints({ constraints }: AppSpec): Constraint[] {
  return constraints.filter(([, operator]) => isSpread(operator));
}

export function isSpread(operator: Constraint[1]): boolean {
  return operator === "UNIQUE" || operator === "GROUP_BY" || operator === "MAX_PER";
}

/** Counts the app's instances by the attributes of the agents that they are on; GROUP_BY only those that stay there. */
export function countSpread(
  app: AppSpec,
  placed: readonly { attributes: Attributes; leaving: boolean }[],
): SpreadCounts {
  const counts: SpreadCounts = new Map();
  for (const [name, operator] of spreadConstraints(app)) {
    const byValue = new ValueCounts();
    counts.set(name, byValue);
    for (const { attributes, leaving } of placed) {
      const value = operator === "GROUP_BY" && leaving ? undefined : attributes[name];
      if (value !== undefined) byValue.add(value);
    }
  }
  return counts;
}

/** Adds an instance on the agent of that offer. */
export function addToSpread(counts: SpreadCounts, offer: Offer): void {
  for (const [name, byValue] of counts) {
    const value = attributeText(offer, name);
    if (value !== undefined) byValue.add(value);
  }
}

/** Why one more instance may not go to that agent, undefined if it may. */
export function spreadProblem(
  [name, operator, limit]: Constraint,
  offer: Offer,
  counts: SpreadCounts,
): string | undefined {
  const byValue = isSpread(operator) ? counts.get(name) : undefined;
  if (byValue === undefined) return undefined;
  const value = attributeText(offer, name);
  if (value === undefined) return undefined;
  const here = byValue.of(value);
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

/**
 * Whether an instance that is there already may be counted in. GROUP_BY does not forbid it: what is placed later evens it
 * out.
 */
export function mayStay(app: AppSpec, attributes: Attributes, counts: SpreadCounts): boolean {
  return spreadConstraints(app).every(([name, operator, limit]) => {
    const here = counts.get(name)?.of(attributes[name] ?? "") ?? 0;
    return operator === "GROUP_BY" || here < (operator === "UNIQUE" ? 1 : Number(limit));
  });
}

/** One that is known to exist without having been seen has none. */
function leastCount(counts: ValueCounts, groups: Constraint[2]): number {
  return groups !== undefined && counts.size < Number(groups) ? 0 : counts.least;
}
