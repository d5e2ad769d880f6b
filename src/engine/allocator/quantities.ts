// Amounts of scalar resources by name: what fairness is measured in. Ports and other ranges do not count, as in Mesos.
import type { Resource } from "../../mesos/types.ts";

/** By name; in thousandths, so that sums stay exact. */
export type Quantities = Map<string, number>;

export function quantitiesOf(resources: Iterable<Resource>): Quantities {
  const quantities: Quantities = new Map();
  for (const { name, scalar } of resources) {
    if (scalar) quantities.set(name, (quantities.get(name) ?? 0) + Math.round(scalar.value * 1000));
  }
  return quantities;
}

/** Changes `target`. */
export function increase(target: Quantities, by: Quantities): void {
  for (const [name, amount] of by) target.set(name, (target.get(name) ?? 0) + amount);
}

/** Changes `target`; what comes down to nothing is left out. */
export function decrease(target: Quantities, by: Quantities): void {
  for (const [name, amount] of by) {
    const left = (target.get(name) ?? 0) - amount;
    if (left > 0) target.set(name, left);
    else target.delete(name);
  }
}
