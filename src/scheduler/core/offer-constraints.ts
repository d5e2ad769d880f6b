// What of the apps' constraints a master can look after (Mesos 1.11 and later), so that agents that cannot do are not
// offered at all. Wider where the two differ: no agent that would do is ever kept away.
import type { AttributeConstraint, AttributePredicate, OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { AppSpec, Constraint } from "../app-spec.ts";
import { frameworkInfoOf } from "./framework-info.ts";
import type { SchedulerState } from "./state.ts";

/** The first whose UPDATE_FRAMEWORK takes them. */
export const OFFER_CONSTRAINTS_SINCE = [1, 11] as const;

/** More alternatives than these are not worth a master's while. */
const MOST_GROUPS = 32;

/** Patterns that mean the same in RE2, and are small enough for every master. */
const PLAIN_PATTERN = /^(?:[\w -]|\\[.-]|\.\*?){1,24}$/;
const MOST_WILDCARDS = 3;

/** For all roles of the framework in which every app names agents; empty if there are none. */
export function offerConstraintsOf(state: Pick<SchedulerState, "info" | "apps">): OfferConstraints {
  const constraints: NonNullable<OfferConstraints["role_constraints"]> = {};
  for (const role of frameworkInfoOf(state).roles ?? []) {
    const specs = [...state.apps.values()].filter(({ spec, removing }) => spec.role === role && !removing);
    const groups = specs.flatMap(({ spec }) => groupsOf(spec));
    if (groups.length === 0 || groups.length > MOST_GROUPS || groups.some((all) => all.length === 0)) continue;
    constraints[role] = { groups: groups.map((all) => ({ attribute_constraints: all })) };
  }
  return Object.keys(constraints).length === 0 ? {} : { role_constraints: constraints };
}

/** An agent must meet all of one of them; one that is empty is met by every agent. */
function groupsOf({ constraints }: AppSpec): AttributeConstraint[][] {
  let groups: AttributeConstraint[][] = [[]];
  for (const constraint of constraints) {
    const ways = predicatesOf(constraint).map((predicate) => ({ selector: selectorOf(constraint), predicate }));
    if (ways.length === 0 || ways.length * groups.length > MOST_GROUPS) continue;
    groups = groups.flatMap((group) => ways.map((way) => [...group, way]));
  }
  return groups;
}

function selectorOf([name]: Constraint): AttributeConstraint["selector"] {
  return name === "hostname" ? { pseudoattribute_type: "HOSTNAME" } : { attribute_name: name };
}

/** One of these must hold; none if a master cannot tell. */
function predicatesOf([name, operator, value]: Constraint): AttributePredicate[] {
  const exists: AttributePredicate[] = name === "hostname" ? [] : [{ exists: {} }];
  const values = Array.isArray(value) ? value : operator === "IN" ? (value ?? "").split(",") : [value ?? ""];
  switch (operator) {
    case "EQUALS":
    case "IN":
      return values.map((one) => ({ text_equals: { value: one } }));
    case "LIKE":
      return isPlain(values) ? [{ text_matches: { regex: values[0] ?? "" } }] : exists;
    case "UNLIKE":
      return isPlain(values) ? [{ text_not_matches: { regex: values[0] ?? "" } }] : [];
    case "UNIQUE":
    case "GROUP_BY":
    case "MAX_PER":
      return exists;
  }
}

function isPlain([pattern = ""]: string[]): boolean {
  return PLAIN_PATTERN.test(pattern) && (pattern.match(/(?<!\\)\./g) ?? []).length <= MOST_WILDCARDS;
}
