import { describe, expect, it } from "vitest";
import { filtersOf } from "../../../src/engine/allocator/offer-constraints.ts";
import type { Attribute } from "../../../src/mesos/types.ts";
import type { Constraint } from "../../../src/scheduler/app-spec.ts";
import { holds } from "../../../src/scheduler/constraints.ts";
import { isSince } from "../../../src/scheduler/core/framework-info.ts";
import { OFFER_CONSTRAINTS_SINCE, offerConstraintsOf } from "../../../src/scheduler/core/offer-constraints.ts";
import { restoreState } from "../../../src/scheduler/core/state.ts";
import { parseAppObject } from "../../../src/scheduler/parse-app-file.ts";
import { offer } from "../offers.ts";

function told(...apps: Constraint[][]) {
  const state = restoreState({ user: "root", name: "test", roles: ["*"] }, undefined);
  for (const [i, constraints] of apps.entries()) {
    const spec = parseAppObject({ name: `app${i}`, command: "true", constraints });
    state.apps.set(spec.name, { name: spec.name, spec, version: 1, lastVersion: 1, instances: 1 });
  }
  return offerConstraintsOf(state);
}

const text = (name: string, value: string): Attribute => ({ name, type: "TEXT", text: { value } });
const agents: { hostname: string; attributes: Attribute[] }[] = [
  { hostname: "a1", attributes: [text("rack", "r1")] },
  { hostname: "a2.example", attributes: [text("rack", "r2"), text("zone", "z-1")] },
  { hostname: "a3", attributes: [] },
  { hostname: "a4", attributes: [{ name: "rack", type: "SCALAR", scalar: { value: 1 } }] },
  { hostname: "a5", attributes: [{ name: "rack", type: "SET", set: { item: ["r1", "r2"] } }] },
];

describe("offer constraints", () => {
  it.each<Constraint[]>([
    [["rack", "EQUALS", "r1"]],
    [["rack", "EQUALS", "1"]],
    [["rack", "IN", ["r1", "r2,r3"]]],
    [
      ["rack", "IN", "r1,r2"],
      ["hostname", "LIKE", "a.*"],
    ],
    [["rack", "LIKE", "r[12]"]],
    [["rack", "LIKE", "r."]],
    [["rack", "UNLIKE", "r1"]],
    [["hostname", "UNLIKE", "a2\\.example"]],
    [
      ["hostname", "UNIQUE"],
      ["zone", "GROUP_BY"],
    ],
    [["rack", "MAX_PER", "2"]],
  ])("keep no agent away that would do (%j)", (...constraints) => {
    const filter = filtersOf(told(constraints)).get("*");
    for (const agent of agents) {
      const does = constraints.every((one) => holds(one, { ...offer(), ...agent }));
      if (does) expect(filter?.(agent) ?? true, agent.hostname).toBe(true);
    }
  });

  it("keep away those of whom their text tells", () => {
    const kept = (...apps: Constraint[][]) => {
      const filter = filtersOf(told(...apps)).get("*");
      return agents.filter((agent) => filter?.(agent) === false).map(({ hostname }) => hostname);
    };
    expect(kept([["rack", "EQUALS", "r1"]])).toEqual(["a2.example", "a3"]);
    expect(kept([["rack", "EQUALS", "r1"]], [["rack", "EQUALS", "r2"]])).toEqual(["a3"]);
    expect(kept([["rack", "EQUALS", "r1"]], [])).toEqual([]);
    expect(kept([["hostname", "UNLIKE", "a."]])).toEqual(["a1", "a3", "a4", "a5"]);
    expect(kept([["zone", "GROUP_BY"]])).toEqual(["a1", "a3", "a4", "a5"]);
    expect(kept([["rack", "LIKE", "(r1)+"]])).toEqual(["a3"]);
  });

  it("are Mesos's from 1.11 on", () => {
    const versions = ["1.10.0", "1.11.0", "1.12", "2.0.0", "1.9.9", "", undefined];
    expect(versions.map((version) => isSince(version, OFFER_CONSTRAINTS_SINCE))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
