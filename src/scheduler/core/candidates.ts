// The offers that an app may use, in the order in which they are to be tried. One that did not do for an instance is not
// tried again: so all of them are looked at once, however many instances wait. It would do for no other of the app, save
// with more than one GROUP_BY: by those but the first it may be ahead only until others are placed, and then an instance
// waits for the next offers.
import type { Offer } from "../../mesos/types.ts";
import type { AppSpec } from "../app-spec.ts";
import { attributeText } from "../constraints.ts";
import type { OpenOffer } from "../match-offers.ts";
import type { SpreadCounts, ValueCounts } from "../spread.ts";

export interface Candidates {
  /** The next offer that fits; it stays the next for as long as it does. */
  next: (fits: (one: OpenOffer) => boolean) => OpenOffer | undefined;
}

/** Of what is open. With GROUP_BY those of the value that has the fewest instances come first. */
export function candidatesOf(
  spec: AppSpec,
  parts: { open: readonly OpenOffer[]; agentDoes: (offer: Offer) => boolean; counts: SpreadCounts },
): Candidates {
  const name = spec.constraints.find(([, operator]) => operator === "GROUP_BY")?.[0];
  const counts = name === undefined ? undefined : parts.counts.get(name);
  if (name === undefined || counts === undefined) return new Queue(parts.open);
  const byValue = new Map<string, OpenOffer[]>();
  for (const one of parts.open) {
    if (!parts.agentDoes(one.offer)) continue;
    const value = attributeText(one.offer, name) ?? "";
    const found = byValue.get(value);
    if (found === undefined) byValue.set(value, [one]);
    else found.push(one);
  }
  return new Groups(byValue, counts);
}

class Queue implements Candidates {
  readonly #offers: readonly OpenOffer[];
  #at = 0;

  constructor(offers: readonly OpenOffer[]) {
    this.#offers = offers;
  }

  next(fits: (one: OpenOffer) => boolean): OpenOffer | undefined {
    for (; this.#at < this.#offers.length; this.#at++) {
      const one = this.#offers[this.#at];
      if (one !== undefined && fits(one)) return one;
    }
    return undefined;
  }
}

interface Group {
  value: string;
  offers: Queue;
}

/** By a value of an attribute. */
class Groups implements Candidates {
  /** Those that have as many instances as is their place in the list, the next one last. */
  readonly #levels: (Group[] | undefined)[] = [];
  readonly #counts: ValueCounts;
  /** Where there may be some; below there are none. */
  #lowest = 0;

  constructor(byValue: Map<string, OpenOffer[]>, counts: ValueCounts) {
    this.#counts = counts;
    for (const [value, offers] of byValue) {
      // A value without an instance counts for as long as one of its offers may do.
      counts.know(value);
      this.#put({ value, offers: new Queue(offers) }, counts.of(value));
    }
    for (const level of this.#levels) level?.reverse();
  }

  next(fits: (one: OpenOffer) => boolean): OpenOffer | undefined {
    for (; this.#lowest < this.#levels.length; this.#lowest++) {
      const level = this.#levels[this.#lowest] ?? [];
      // Of values that are ahead of the others no offer does, for now.
      if (level.length > 0 && this.#lowest > this.#counts.least) return undefined;
      for (let group = level.pop(); group !== undefined; group = level.pop()) {
        const chosen = group.offers.next(fits);
        if (chosen !== undefined) {
          this.#put(group, this.#lowest + 1);
          return chosen;
        }
        if (this.#lowest === 0) this.#counts.forget(group.value);
      }
    }
    return undefined;
  }

  #put(group: Group, level: number): void {
    (this.#levels[level] ??= []).push(group);
  }
}
