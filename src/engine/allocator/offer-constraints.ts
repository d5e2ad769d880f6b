// Offer constraints: which agents a framework wants to be offered in a role, by their attributes (docs/scheduler-http-api.md,
// SUBSCRIBE and UPDATE_FRAMEWORK; src/master/allocator/mesos/offer_constraints_filter.cpp).
import { attributeText } from "../../cluster/attributes.ts";
import type { AttributeConstraint, OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { AgentInfo } from "../../mesos/types.ts";

export type AgentFilter = (agent: Pick<AgentInfo, "hostname" | "attributes">) => boolean;

/** What constraints there are; undefined for a role without any. They must be valid: ask `constraintsProblem` first. */
export function filtersOf(constraints: OfferConstraints): Map<string, AgentFilter> {
  const filters = new Map<string, AgentFilter>();
  for (const [role, { groups = [] }] of Object.entries(constraints.role_constraints ?? {})) {
    const tests = groups.map(({ attribute_constraints: all = [] }) => all.map(compile));
    filters.set(role, (agent) => tests.some((group) => group.every((test) => test(agent))));
  }
  return filters;
}

/** Undefined if constraints for these roles can be kept; else why not, in Mesos's words. */
export function constraintsProblem(constraints: OfferConstraints, roles: readonly string[]): string | undefined {
  const all = Object.entries(constraints.role_constraints ?? {});
  for (const [role, { groups = [] }] of all) {
    const problem = groupsProblem(role, groups);
    if (problem !== undefined) return `Offer constraints are not valid: ${problem}`;
  }
  const other = all.map(([role]) => role).find((role) => !roles.includes(role));
  // Mesos's own spacing.
  return other === undefined
    ? undefined
    : `Offer constraints specify \`role_constraints\` for a role '${other}'not contained in the set of roles`;
}

function groupsProblem(role: string, groups: { attribute_constraints?: AttributeConstraint[] }[]): string | undefined {
  if (groups.length === 0)
    return `'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role ${role}`;
  for (const { attribute_constraints: constraints = [] } of groups) {
    if (constraints.length === 0)
      return `'OfferConstraints::RoleConstraints::groups' for role ${role}contains an empty RoleConstraints::Group`;
    for (const constraint of constraints) {
      const problem = selectorProblem(constraint.selector) ?? predicateProblem(constraint.predicate);
      if (problem !== undefined) return `A role ${role} has an invalid 'AttributeConstraint': ${problem}`;
    }
  }
  return undefined;
}

function selectorProblem({ pseudoattribute_type: pseudo, attribute_name: name }: AttributeConstraint["selector"]) {
  if (pseudo === undefined && name === undefined)
    return (
      "Exactly one of 'AttributeConstraint::Selector::name' or" +
      " 'AttributeConstraint::Selector::pseudoattribute_type' must be set"
    );
  return pseudo !== undefined && !["HOSTNAME", "REGION", "ZONE"].includes(pseudo)
    ? "Unknown pseudoattribute type"
    : undefined;
}

function predicateProblem(predicate: AttributeConstraint["predicate"]): string | undefined {
  const regex = predicate.text_matches?.regex ?? predicate.text_not_matches?.regex;
  if (regex === undefined) return Object.keys(predicate).length === 0 ? "Unknown predicate type" : undefined;
  const problem = regexProblem(regex);
  return problem === undefined ? undefined : `Failed to construct regex from pattern '${regex}': ${problem}`;
}

/** Mesos limits the programs that patterns become; here, what could keep the master busy for long is refused. */
const LONGEST_REGEX = 200;
const MOST_REPETITIONS = 4;

function regexProblem(regex: string): string | undefined {
  if (regex.length > LONGEST_REGEX) return "pattern too large";
  if (/\)[*+{]/.test(regex)) return "repetitions of groups are not supported";
  if ((regex.match(/[*+{]/g) ?? []).length > MOST_REPETITIONS) return "too many repetitions";
  try {
    wholeMatch(regex);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const wholeMatch = (regex: string): RegExp => new RegExp(`^(?:${regex})$`, "su");

function compile({ selector, predicate }: AttributeConstraint): AgentFilter {
  const value = (agent: Pick<AgentInfo, "hostname" | "attributes">) => selected(selector, agent);
  const { exists, not_exists, text_equals, text_not_equals, text_matches, text_not_matches } = predicate;
  if (exists) return (agent) => value(agent) !== undefined;
  if (not_exists) return (agent) => value(agent) === undefined;
  // What is there and no text passes every test of texts.
  const texts = (test: (text: string) => boolean, missing: boolean): AgentFilter => {
    return (agent) => {
      const found = value(agent);
      if (found === undefined) return missing;
      return found.text === undefined || test(found.text);
    };
  };
  if (text_equals) return texts((text) => text === text_equals.value, false);
  if (text_not_equals) return texts((text) => text !== text_not_equals.value, true);
  const pattern = wholeMatch(text_matches?.regex ?? text_not_matches?.regex ?? "");
  return text_matches ? texts((text) => pattern.test(text), false) : texts((text) => !pattern.test(text), true);
}

/** Undefined if the agent has no such attribute. There are no regions and zones here. */
function selected(
  { pseudoattribute_type: pseudo, attribute_name: name }: AttributeConstraint["selector"],
  { hostname, attributes = [] }: Pick<AgentInfo, "hostname" | "attributes">,
): { text: string | undefined } | undefined {
  if (pseudo === "HOSTNAME") return { text: hostname };
  if (pseudo !== undefined) return undefined;
  const attribute = attributes.find((one) => one.name === name);
  if (!attribute) return undefined;
  return { text: attribute.type === "TEXT" ? attributeText(attribute) : undefined };
}
