import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { includes } from "../../src/mesos/ranges.ts";
import { containsResources, portsOf, scalarOf } from "../../src/mesos/resources.ts";
import type { Attribute, Resource } from "../../src/mesos/types.ts";
import { APP_DEFAULTS } from "../../src/scheduler/app-spec.ts";
import type { AppPort, AppSpec, Constraint } from "../../src/scheduler/app-spec.ts";
import { constraintProblem } from "../../src/scheduler/constraints.ts";
import { OpenOffer, agentFits, obstacles, resourcesFit, take } from "../../src/scheduler/match-offers.ts";
import type { Offer } from "../../src/mesos/types.ts";
import { offer } from "./offers.ts";

const app = (over: Partial<AppSpec> = {}): AppSpec => ({
  ...APP_DEFAULTS,
  name: "web",
  command: "true",
  network: "host",
  ...over,
});
const any: AppPort = { host: "any", protocol: "tcp" };
const fixed = (host: number): AppPort => ({ host, protocol: "tcp" });

/** What the first offer that does gives to the app, or what keeps it off each of them. */
function matchOffers(spec: AppSpec, offers: Offer[], random: () => number) {
  const open = offers.map((one) => new OpenOffer(one));
  const chosen = open.find((one) => agentFits(spec, one.offer) && resourcesFit(spec, one));
  const mismatches = open.map((one) => ({
    agent: `${one.offer.hostname}:5051`,
    reasons: obstacles(spec, one, new Map()).map(({ reason }) => reason),
  }));
  // What fits and what is said to be in the way must never contradict each other.
  expect(open.map((one) => agentFits(spec, one.offer) && resourcesFit(spec, one))).toEqual(
    mismatches.map((one) => one.reasons.length === 0),
  );
  const match = chosen && { offer: chosen.offer, ...take(spec, chosen, random) };
  return { match, mismatches };
}

function reasons(spec: AppSpec, ...offers: Parameters<typeof offer>[0][]): string[] {
  const result = matchOffers(spec, offers.map(offer), () => 0);
  if (result.match !== undefined) return [];
  return result.mismatches.map((mismatch) => `agent ${mismatch.agent}: ${mismatch.reasons.join("; ")}`);
}

describe("an app", () => {
  it("is matched with the first offer that has all it asks for", () => {
    const spec = app({ cpus: 2, constraints: [["rack", "EQUALS", "c3po"]] });
    const offers = [offer({ id: "o1" }), offer({ id: "o2", attributes: { rack: "c3po" }, cpus: 1 })];
    const fitting = [...offers, offer({ id: "o3", attributes: { rack: "c3po" } }), offer({ id: "o4" })];
    expect(matchOffers(spec, offers, () => 0).match).toBeUndefined();
    expect(matchOffers(spec, fitting, () => 0).match?.offer.id.value).toBe("o3");
  });

  it("that fits nowhere is told why, offer by offer, with everything that stands in the way", () => {
    const spec = app({ cpus: 1, ports: [fixed(80)], constraints: [["rack", "EQUALS", "r2d2"]] });
    const found = reasons(
      spec,
      { agent: "a1", attributes: { rack: "c3po" }, cpus: 0.5 },
      { agent: "a2", ports: [{ begin: 80, end: 80 }], mem: 1, disk: 0 },
      { agent: "a3", attributes: {}, ports: [] },
    );
    expect(found).toEqual([
      "agent a1:5051: rack is c3po, wanted r2d2; port 80 not in 9000-10000; cpus 0.5 offered, 1 wanted",
      "agent a2:5051: mem 1 offered, 64 wanted",
      "agent a3:5051: no attribute rack, wanted r2d2; port 80 wanted, no ports offered",
    ]);
  });

  it("is told how many ports are missing, fixed ones set aside", () => {
    expect(reasons(app({ ports: [fixed(9000), any, any] }), { ports: [{ begin: 9000, end: 9001 }] })).toEqual([
      "agent a1:5051: 1 ports offered, 2 wanted",
    ]);
  });

  it("gets ports of its own, whatever is asked for and offered", () => {
    const range = fc.record({ begin: fc.integer({ min: 1, max: 60 }), end: fc.integer({ min: 1, max: 60 }) });
    const wanted = fc.oneof(fc.constant(any), fc.integer({ min: 1, max: 60 }).map(fixed));
    const distinct = { selector: (port: AppPort) => (port.host === "any" ? Symbol("any") : port.host) };
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 4 }),
        fc.uniqueArray(wanted, { maxLength: 6, ...distinct }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (ports, asked, random) => {
          const { match } = matchOffers(app({ ports: asked }), [offer({ ports })], () => random);
          if (match === undefined) return;
          expect(new Set(match.hostPorts).size).toBe(asked.length);
          expect(match.hostPorts.every((port: number) => includes(ports, port))).toBe(true);
          asked.forEach(({ host }, i) => host !== "any" && expect(match.hostPorts[i]).toBe(host));
          expect(containsResources(match.offer.resources!, match.resources)).toBe(true);
          expect(scalarOf(match.resources, "cpus")).toBe(0.1);
        },
      ),
    );
  });

  it("takes reserved resources first, and each piece as it was offered", () => {
    const role = "web";
    const reservation = { reservations: [{ type: "STATIC", role }], allocation_info: { role } };
    const resources: Resource[] = [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, allocation_info: { role } },
      { name: "cpus", type: "SCALAR", scalar: { value: 1.5 }, ...reservation },
      { name: "mem", type: "SCALAR", scalar: { value: 64 }, allocation_info: { role } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 1 }] }, ...reservation },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 5, end: 9 }] }, allocation_info: { role } },
    ];
    const { match } = matchOffers(app({ cpus: 2, ports: [any, fixed(7)] }), [offer({ resources })], () => 0);
    expect(match?.resources).toEqual([
      { name: "cpus", type: "SCALAR", scalar: { value: 1.5 }, ...reservation },
      { name: "cpus", type: "SCALAR", scalar: { value: 0.5 }, allocation_info: { role } },
      { name: "mem", type: "SCALAR", scalar: { value: 64 }, allocation_info: { role } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 1 }] }, ...reservation },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 7, end: 7 }] }, allocation_info: { role } },
    ]);
    expect(portsOf(match!.resources)).toHaveLength(2);
  });

  it("does not take volumes, nor what may be taken away again", () => {
    const resources: Resource[] = [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, revocable: {} },
      { name: "mem", type: "SCALAR", scalar: { value: 4096 } },
      { name: "disk", type: "SCALAR", scalar: { value: 100 }, disk: { persistence: { id: "v" } } },
    ];
    const result = matchOffers(app({ disk: 10 }), [offer({ resources })], () => 0);
    expect(result.match === undefined && result.mismatches[0]?.reasons).toEqual([
      "cpus 0 offered, 0.1 wanted",
      "disk 0 offered, 10 wanted",
    ]);
  });
});

describe("a constraint", () => {
  const problem = (constraint: Constraint, attribute?: Attribute) =>
    constraintProblem(constraint, {
      ...offer({ hostname: "web-1.example" }),
      attributes: attribute ? [attribute] : [],
    });
  const text = (value: string): Attribute => ({ name: "rack", type: "TEXT", text: { value } });

  it.each<[Constraint, Attribute | undefined, string | undefined]>([
    [["rack", "EQUALS", "r2d2"], text("r2d2"), undefined],
    [["rack", "EQUALS", "r2d2"], text("r2d2,c3po"), "rack is r2d2,c3po, wanted r2d2"],
    [["rack", "IN", ["r2d2", "c3po"]], text("c3po"), undefined],
    [["rack", "IN", "r2d2,c3po"], text("c3po"), undefined],
    [["rack", "IN", ["r2d2", "c3po"]], text("bb8"), "rack is bb8, wanted one of r2d2, c3po"],
    [["rack", "LIKE", "r\\dd\\d"], text("r2d2"), undefined],
    [["rack", "LIKE", "r2|c3"], text("r2d2"), "rack is r2d2, wanted something like r2|c3"],
    [["rack", "UNLIKE", "c.*"], text("r2d2"), undefined],
    [["rack", "UNLIKE", "c.*"], text("c3po"), "rack is c3po, wanted nothing like c.*"],
    [["rack", "UNLIKE", "c.*"], undefined, undefined],
    [["rack", "EQUALS", "r2d2"], undefined, "no attribute rack, wanted r2d2"],
    [["hostname", "LIKE", "web-.*"], undefined, undefined],
    [["hostname", "EQUALS", "db"], undefined, "hostname is web-1.example, wanted db"],
    [["load", "EQUALS", "2.50"], { name: "load", type: "SCALAR", scalar: { value: 2.5 } }, undefined],
    [["load", "EQUALS", "3"], { name: "load", type: "SCALAR", scalar: { value: 2.5 } }, "load is 2.5, wanted 3"],
    [["zone", "EQUALS", "2"], { name: "zone", type: "RANGES", ranges: { range: [{ begin: 1, end: 3 }] } }, undefined],
    [
      ["zone", "IN", "7,8"],
      { name: "zone", type: "RANGES", ranges: { range: [{ begin: 1, end: 3 }] } },
      "zone is [1-3], wanted one of 7, 8",
    ],
  ])("%j", (constraint, attribute, expected) => {
    expect(problem(constraint, attribute)).toBe(expected);
  });
});
