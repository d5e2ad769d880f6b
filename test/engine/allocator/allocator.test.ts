import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Allocation } from "../../../src/engine/allocator/allocation.ts";
import { Allocator } from "../../../src/engine/allocator/allocator.ts";
import { rangesResource, scalarOf, scalarResource } from "../../../src/mesos/resources.ts";
import type { Resource } from "../../../src/mesos/types.ts";

const machine = (cpus: number, mem: number): Resource[] => [scalarResource("cpus", cpus), scalarResource("mem", mem)];

const framework = (id: string, roles = ["*"]) => ({ id, roles, suppressedRoles: [] as string[], gpuAware: false });

function clusterOf(agents: Record<string, Resource[]>, options = {}): Allocator {
  const allocator = new Allocator(options);
  for (const [id, total] of Object.entries(agents)) allocator.setAgent(id, total);
  return allocator;
}

const allocateAll = (allocator: Allocator, nowMs = 0): Allocation[] => allocator.allocate(allocator.agentIds, nowMs);

const recipients = (allocations: Allocation[]): string[] => allocations.map(({ frameworkId }) => frameworkId);

/** Gives what is free, one task at a time, to whoever is offered it, until nothing fits; answers how many each has. */
function runTasks(allocator: Allocator, demands: Record<string, Resource[]>): Record<string, number> {
  const tasks = Object.fromEntries(Object.keys(demands).map((id) => [id, 0]));
  for (let full = new Set<string>(); full.size < Object.keys(demands).length;) {
    const [offer] = allocateAll(allocator);
    if (!offer) break;
    const demand = demands[offer.frameworkId] ?? [];
    allocator.recover(offer);
    const fits = demand.every(({ name, scalar }) => scalarOf(offer.resources, name) >= (scalar?.value ?? 0));
    if (!fits) {
      full.add(offer.frameworkId);
      allocator.setFrameworkActive(offer.frameworkId, false);
      continue;
    }
    allocator.take({ ...offer, resources: demand });
    tasks[offer.frameworkId] = (tasks[offer.frameworkId] ?? 0) + 1;
    full = new Set();
  }
  return tasks;
}

describe("Allocator", () => {
  it("shares the machine of the DRF paper as the paper says: three tasks of A, two of B", () => {
    const allocator = clusterOf({ a1: machine(9, 18) });
    allocator.setFramework(framework("A"));
    allocator.setFramework(framework("B"));
    const tasks = runTasks(allocator, { A: machine(1, 4), B: machine(3, 1) });
    expect(tasks).toEqual({ A: 3, B: 2 });
    expect(allocator.shareOf("*", "A")).toBeCloseTo(2 / 3);
    expect(allocator.shareOf("*", "B")).toBeCloseTo(2 / 3);
  });

  it("gives a role with twice the weight twice the share", () => {
    const allocator = clusterOf({ a1: machine(12, 12_000) }, { weights: new Map([["gold", 2]]) });
    allocator.setFramework(framework("g", ["gold"]));
    allocator.setFramework(framework("s", ["silver"]));
    const tasks = runTasks(allocator, { g: machine(1, 10), s: machine(1, 10) });
    expect(tasks).toEqual({ g: 8, s: 4 });
  });

  it("offers all that is free on an agent to one framework", () => {
    const allocator = clusterOf({ a1: [...machine(4, 4096), rangesResource("ports", [{ begin: 9000, end: 9010 }])] });
    allocator.setFramework(framework("f1"));
    allocator.setFramework(framework("f2"));
    expect(allocateAll(allocator)).toMatchObject([{ agentId: "a1", role: "*", resources: [{}, {}, {}] }]);
    expect(allocateAll(allocator)).toEqual([]);
  });

  it("does not offer what a framework has refused until the time is over, but offers it to others", () => {
    const allocator = clusterOf({ a1: machine(4, 4096) });
    allocator.setFramework(framework("f1"));
    const [offer] = allocateAll(allocator);
    allocator.recover(offer!);
    allocator.refuse(offer!, 5000);
    expect(allocateAll(allocator, 4999)).toEqual([]);
    expect(recipients(allocateAll(allocator, 5000))).toEqual(["f1"]);
  });

  it("offers more than was refused at once", () => {
    const allocator = clusterOf({ a1: machine(4, 4096) });
    allocator.setFramework(framework("f1"));
    const [offer] = allocateAll(allocator);
    allocator.recover(offer!);
    allocator.refuse({ ...offer!, resources: machine(2, 2048) }, 5000);
    expect(recipients(allocateAll(allocator))).toEqual(["f1"]);
  });

  it("holds back what was given back with no wish to refuse until the next round", () => {
    const allocator = clusterOf({ a1: machine(4, 4096) });
    allocator.setFramework(framework("f1"));
    const [offer] = allocateAll(allocator);
    allocator.recover(offer!);
    allocator.refuse(offer!, "next-round");
    expect(allocateAll(allocator)).toEqual([]);
    allocator.startRound(1000);
    expect(recipients(allocateAll(allocator))).toEqual(["f1"]);
  });

  it("forgets refusals and suppression on revive", () => {
    const allocator = clusterOf({ a1: machine(4, 4096) });
    allocator.setFramework(framework("f1"));
    const [offer] = allocateAll(allocator);
    allocator.recover(offer!);
    allocator.refuse(offer!, Number.POSITIVE_INFINITY);
    allocator.suppress("f1", []);
    allocator.revive("f1", []);
    expect(recipients(allocateAll(allocator))).toEqual(["f1"]);
  });

  it("suppresses by role", () => {
    const allocator = clusterOf({ a1: machine(4, 4096) });
    allocator.setFramework(framework("f1", ["dev", "ops"]));
    allocator.suppress("f1", ["dev"]);
    expect(allocateAll(allocator)).toMatchObject([{ role: "ops" }]);
  });

  it("offers reserved resources only to their role and the roles below it", () => {
    const reserved: Resource = { ...scalarResource("cpus", 2), reservations: [{ type: "STATIC", role: "eng" }] };
    const allocator = clusterOf({ a1: [reserved, scalarResource("mem", 16)] });
    allocator.setFramework(framework("other", ["ops"]));
    expect(allocateAll(allocator)).toEqual([]);
    allocator.setFramework(framework("web", ["eng/web"]));
    expect(recipients(allocateAll(allocator))).toEqual(["web"]);
  });

  it("offers agents with GPUs only to frameworks that know of them", () => {
    const allocator = clusterOf({ a1: [...machine(4, 4096), scalarResource("gpus", 1)] });
    allocator.setFramework(framework("plain"));
    expect(allocateAll(allocator)).toEqual([]);
    allocator.setFramework({ ...framework("aware"), gpuAware: true });
    expect(recipients(allocateAll(allocator))).toEqual(["aware"]);
  });

  it("offers nothing of an inactive agent, nothing to an inactive framework, and no crumbs", () => {
    const allocator = clusterOf({ a1: machine(4, 4096), crumbs: machine(0.001, 1) });
    allocator.setFramework(framework("f1"));
    allocator.setAgentActive("a1", false);
    expect(allocateAll(allocator)).toEqual([]);
    allocator.setAgentActive("a1", true);
    allocator.setFrameworkActive("f1", false);
    expect(allocateAll(allocator)).toEqual([]);
  });

  it("never gives away more than there is, whatever comes back in which order", () => {
    const step = fc.record({ framework: fc.integer({ min: 0, max: 2 }), back: fc.boolean(), refuse: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const allocator = clusterOf({ a1: machine(3, 300), a2: machine(5, 500) });
      for (const id of ["f0", "f1", "f2"]) allocator.setFramework(framework(id));
      const held: Allocation[] = [];
      steps.forEach(({ framework: n, back, refuse }, index) => {
        const at = held.findIndex(({ frameworkId }) => frameworkId === `f${n}`);
        if (back && at >= 0) {
          const [returned] = held.splice(at, 1);
          allocator.recover(returned!);
          if (refuse) allocator.refuse(returned!, index + 3);
        }
        held.push(...allocateAll(allocator, index));
        expect(held.reduce((sum, { resources }) => sum + scalarOf(resources, "cpus"), 0)).toBeLessThanOrEqual(8);
      });
    });
    fc.assert(property);
  });
});
