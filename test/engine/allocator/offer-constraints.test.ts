import { describe, expect, it } from "vitest";
import { constraintsProblem, filtersOf } from "../../../src/engine/allocator/offer-constraints.ts";
import type { AttributeConstraint, OfferConstraints } from "../../../src/mesos/offer-constraints.ts";
import { settle } from "../support/fake-clock.ts";
import { startMaster, TestAgent, TestFramework } from "../support/master-harness.ts";

type Predicate = AttributeConstraint["predicate"];
const constraint = (name: string, predicate: Predicate): AttributeConstraint => ({
  selector: name === "HOSTNAME" || name === "REGION" ? { pseudoattribute_type: name } : { attribute_name: name },
  predicate,
});
const groups = (...all: [string, Predicate][][]): OfferConstraints => ({
  role_constraints: {
    a: {
      groups: all.map((group) => ({ attribute_constraints: group.map((one) => constraint(...one)) })),
    },
  },
});

const AGENT = {
  hostname: "a1",
  attributes: [
    { name: "rack", type: "TEXT" as const, text: { value: "r2d2" } },
    { name: "load", type: "SCALAR" as const, scalar: { value: 2.5 } },
  ],
};
const accepts = (constraints: OfferConstraints): boolean | undefined => filtersOf(constraints).get("a")?.(AGENT);

describe("offer constraints", () => {
  // As a real master decided.
  it.each([
    ["rack", { exists: {} }, true],
    ["rack", { not_exists: {} }, false],
    ["nope", { exists: {} }, false],
    ["nope", { not_exists: {} }, true],
    ["rack", { text_equals: { value: "r2d2" } }, true],
    ["rack", { text_equals: { value: "x" } }, false],
    ["nope", { text_equals: { value: "x" } }, false],
    ["rack", { text_not_equals: { value: "x" } }, true],
    ["rack", { text_not_equals: { value: "r2d2" } }, false],
    ["nope", { text_not_equals: { value: "x" } }, true],
    ["rack", { text_matches: { regex: "r.*" } }, true],
    ["rack", { text_matches: { regex: "r2" } }, false],
    ["nope", { text_matches: { regex: "r.*" } }, false],
    ["rack", { text_not_matches: { regex: "r2" } }, true],
    ["rack", { text_not_matches: { regex: "r.*" } }, false],
    ["nope", { text_not_matches: { regex: "r.*" } }, true],
    ["load", { text_equals: { value: "9" } }, true],
    ["load", { text_not_equals: { value: "2.5" } }, true],
    ["load", { text_matches: { regex: "x" } }, true],
    ["HOSTNAME", { text_equals: { value: "a1" } }, true],
    ["HOSTNAME", { text_equals: { value: "x" } }, false],
    ["REGION", { exists: {} }, false],
    ["REGION", { not_exists: {} }, true],
  ] as [string, Predicate, boolean][])("on %s: %j is %s", (name, predicate, expected) => {
    expect(accepts(groups([[name, predicate]]))).toBe(expected);
  });

  it("are all to hold in a group, and one group is enough", () => {
    expect(
      accepts(
        groups([
          ["rack", { exists: {} }],
          ["nope", { exists: {} }],
        ]),
      ),
    ).toBe(false);
    expect(accepts(groups([["nope", { exists: {} }]], [["rack", { exists: {} }]]))).toBe(true);
  });

  it.each([
    [
      { role_constraints: { a: {} } },
      "Offer constraints are not valid: 'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role a",
    ],
    [
      groups([]),
      "Offer constraints are not valid: 'OfferConstraints::RoleConstraints::groups' for role acontains an empty RoleConstraints::Group",
    ],
    [
      { role_constraints: { c: groups([["rack", { exists: {} }]]).role_constraints!["a"]! } },
      "Offer constraints specify `role_constraints` for a role 'c'not contained in the set of roles",
    ],
    [
      groups([["rack", {}]]),
      "Offer constraints are not valid: A role a has an invalid 'AttributeConstraint': Unknown predicate type",
    ],
    [
      {
        role_constraints: {
          a: {
            groups: [
              { attribute_constraints: [{ selector: { pseudoattribute_type: "UNKNOWN" }, predicate: { exists: {} } }] },
            ],
          },
        },
      },
      /Unknown pseudoattribute type$/,
    ],
    [
      {
        role_constraints: { a: { groups: [{ attribute_constraints: [{ selector: {}, predicate: { exists: {} } }] }] } },
      },
      /^.*: Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set$/,
    ],
    [groups([["rack", { text_matches: { regex: "(" } }]]), /Failed to construct regex from pattern '\('/],
    [groups([["rack", { text_matches: { regex: "(a+)+" } }]]), /repetitions of groups are not supported$/],
    [groups([["rack", { text_matches: { regex: "a*a*a*a*a*b" } }]]), /too many repetitions$/],
    [groups([["rack", { text_matches: { regex: "a".repeat(201) } }]]), /pattern too large$/],
  ] as [OfferConstraints, string | RegExp][])("are refused in Mesos's words: %j", (constraints, words) => {
    const problem = constraintsProblem(constraints, ["a", "b"]);
    if (typeof words === "string") expect(problem).toBe(words);
    else expect(problem).toMatch(words);
  });

  it("decide what a framework is offered in that role", async () => {
    const test = await startMaster();
    await new TestAgent(test).register();
    const info = { roles: ["a", "b"], capabilities: [{ type: "MULTI_ROLE" }] };
    const framework = new TestFramework(test, info, ["b"]);
    await settle();
    expect(framework.offers).toHaveLength(1);
    await framework.decline(0);
    const update = (predicate: Predicate): string | undefined =>
      framework.call({
        type: "UPDATE_FRAMEWORK",
        update_framework: {
          ...{ framework_info: { user: "root", name: "test", ...info, id: { value: framework.id } } },
          ...{ suppressed_roles: ["b"], offer_constraints: groups([["HOSTNAME", predicate]]) },
        },
      });
    expect(update({ text_equals: { value: "x" } })).toBeUndefined();
    await test.clock.advance(3000);
    expect(framework.offers).toHaveLength(1);
    expect(update({})).toMatch(/^'UpdateFramework' call is not valid: Offer constraints are not valid: /);
    expect(update({ text_equals: { value: "a1" } })).toBeUndefined();
    await settle();
    expect(framework.offers).toHaveLength(2);
  });
});
