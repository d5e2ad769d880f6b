// Which agents a framework asked to be offered (scheduler.proto OfferConstraints; docs/scheduler-http-api.md,
// UPDATE_FRAMEWORK). As the simulated master has it: all attributes of its agents are text.
import type { AttributeConstraint, OfferConstraints } from "../../../src/mesos/offer-constraints.ts";

export interface FilteredAgent {
  name: string;
  rack: string;
}

/** Whether the agent meets all of one group of the role; every agent does where there are none. */
export function isAskedFor(constraints: OfferConstraints | undefined, role: string, agent: FilteredAgent): boolean {
  const groups = constraints?.role_constraints?.[role]?.groups;
  return (
    groups === undefined ||
    groups.some(({ attribute_constraints: all = [] }) => all.every((constraint) => meets(constraint, agent)))
  );
}

function meets({ selector, predicate }: AttributeConstraint, { name, rack }: FilteredAgent): boolean {
  const values: Record<string, string> = { rack };
  const value = selector.pseudoattribute_type === "HOSTNAME" ? name : values[selector.attribute_name ?? ""];
  if (predicate.exists) return value !== undefined;
  if (predicate.not_exists) return value === undefined;
  if (predicate.text_equals) return value === predicate.text_equals.value;
  if (predicate.text_not_equals) return value !== predicate.text_not_equals.value;
  if (predicate.text_matches) return value !== undefined && matches(value, predicate.text_matches.regex);
  return value === undefined || !matches(value, predicate.text_not_matches?.regex ?? "");
}

function matches(value: string, regex: string): boolean {
  return new RegExp(`^(?:${regex})$`).test(value);
}
