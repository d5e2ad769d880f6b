import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printResource, printResources } from "../../src/mesos/print-resources.ts";
import {
  addResources,
  allocateTo,
  containsResources,
  portsOf,
  rangesResource,
  scalarOf,
  scalarResource,
  subtractResources,
  toScalar,
} from "../../src/mesos/resources.ts";
import type { Resource } from "../../src/mesos/types.ts";

const agent: Resource[] = [
  rangesResource("ports", [{ begin: 9000, end: 10000 }]),
  scalarResource("cpus", 4),
  scalarResource("mem", 4096),
];

const anyResources = fc
  .record({
    cpus: fc.integer({ min: 0, max: 20_000 }),
    mem: fc.integer({ min: 0, max: 20_000 }),
    role: fc.constantFrom("*", "web"),
    ports: fc.array(fc.record({ begin: fc.nat({ max: 30 }), end: fc.nat({ max: 30 }) }), { maxLength: 4 }),
  })
  .map(({ cpus, mem, role, ports }): Resource[] =>
    addResources(
      [],
      [
        { ...scalarResource("cpus", cpus / 1000), role },
        scalarResource("mem", mem / 1000),
        rangesResource("ports", ports),
      ],
    ),
  );

describe("resources", () => {
  it("are kept to three decimals, as Mesos keeps them", () => {
    const left = subtractResources(agent, [scalarResource("cpus", 0.1234567)]);
    expect(scalarOf(left, "cpus")).toBe(3.877);
    expect(scalarOf([scalarResource("cpus", 0.1), scalarResource("cpus", 0.2)], "cpus")).toBe(0.3);
    expect(toScalar(2.0004)).toBe(2);
  });

  it("give back what was taken from them", () => {
    fc.assert(
      fc.property(anyResources, anyResources, (a, b) => {
        const sum = addResources(a, b);
        expect(containsResources(sum, a)).toBe(true);
        expect(containsResources(sum, b)).toBe(true);
        if (portsOf(a).length === 0) expect(sum.length).toBeGreaterThanOrEqual(b.length);
        // Ports are a set: those that both have are gone with the first that takes them.
        const scalars = (list: Resource[]) => list.filter((resource) => resource.type === "SCALAR");
        expect(containsResources(scalars(subtractResources(sum, b)), scalars(a))).toBe(true);
        expect(containsResources(scalars(a), scalars(subtractResources(sum, b)))).toBe(true);
        expect(subtractResources(a, a)).toEqual([]);
      }),
    );
  });

  it("do not change their operands", () => {
    const before = structuredClone(agent);
    subtractResources(agent, [rangesResource("ports", [{ begin: 9000, end: 9001 }])]);
    addResources(agent, agent);
    expect(agent).toEqual(before);
  });

  it("of one role do not stand in for those of another", () => {
    const web = [{ ...scalarResource("cpus", 2), role: "web" }];
    expect(containsResources(web, [scalarResource("cpus", 1)])).toBe(false);
    expect(addResources(web, [scalarResource("cpus", 1)])).toHaveLength(2);
    expect(scalarOf(addResources(web, [scalarResource("cpus", 1)]), "cpus")).toBe(3);
    expect(containsResources([{ ...scalarResource("cpus", 2), role: "*" }], [scalarResource("cpus", 1)])).toBe(true);
  });

  it("allocated to a role are others than unallocated ones", () => {
    const allocated = allocateTo("web", agent);
    expect(containsResources(allocated, agent)).toBe(false);
    expect(allocateTo(undefined, allocated)).toEqual(agent);
  });

  it("with different reservations or disks do not mix", () => {
    const reserved = { ...scalarResource("disk", 10), reservations: [{ type: "DYNAMIC", role: "web" }] };
    const volume = { ...reserved, disk: { persistence: { id: "v1" } } };
    expect(addResources([reserved], [volume])).toHaveLength(2);
    expect(addResources([reserved], [structuredClone(reserved)])).toEqual([{ ...reserved, scalar: { value: 20 } }]);
  });

  it("that are sets add and subtract by their items", () => {
    const set = (...item: string[]): Resource => ({ name: "zones", type: "SET", set: { item } });
    expect(addResources([set("a", "b")], [set("c", "b")])).toEqual([set("a", "b", "c")]);
    expect(subtractResources([set("a", "b")], [set("b")])).toEqual([set("a")]);
    expect(containsResources([set("a", "b")], [set("b")])).toBe(true);
    expect(containsResources([set("a")], [set("b")])).toBe(false);
  });

  it("never fall below nothing", () => {
    expect(subtractResources([scalarResource("cpus", 1)], [scalarResource("cpus", 2)])).toEqual([]);
  });

  it("tell their ports over all roles", () => {
    const ports = [
      rangesResource("ports", [{ begin: 5, end: 6 }]),
      { ...rangesResource("ports", [{ begin: 1, end: 4 }]), role: "web" },
    ];
    expect(portsOf(ports)).toEqual([{ begin: 1, end: 6 }]);
  });
});

describe("printed resources", () => {
  it("read as in a real master's refusal", () => {
    const wanted = [
      scalarResource("cpus", 0.1),
      scalarResource("mem", 32),
      rangesResource("ports", [{ begin: 80, end: 80 }]),
    ];
    expect(printResources(allocateTo("*", wanted))).toBe(
      "cpus(allocated: *):0.1; mem(allocated: *):32; ports(allocated: *):[80-80]",
    );
    expect(printResources(allocateTo("*", agent))).toBe(
      "ports(allocated: *):[9000-10000]; cpus(allocated: *):4; mem(allocated: *):4096",
    );
  });

  it("name what is special about them", () => {
    expect(printResources([])).toBe("{}");
    expect(printResource({ ...scalarResource("cpus", 1), role: "web" })).toBe("cpus(reservations: [(STATIC,web)]):1");
    const volume = {
      ...scalarResource("disk", 10),
      reservations: [{ type: "DYNAMIC", role: "web", principal: "ops" }],
      disk: { persistence: { id: "v1" }, volume: { container_path: "data", mode: "RW" } },
    };
    expect(printResource(volume)).toBe("disk(reservations: [(DYNAMIC,web,ops)])[v1:data]:10");
    expect(printResource({ name: "zones", type: "SET", set: { item: ["a", "b"] } })).toBe("zones:{a, b}");
  });
});
