import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import type { Facts } from "../../src/doctor/facts.ts";
import { answered, healthyFacts, refused } from "./support.ts";

function metricsOf(facts: Facts, master: string, change: Record<string, number>): void {
  for (const { name, metrics } of facts.masters)
    if (name === master && metrics.kind === "answered") Object.assign(metrics.value, change);
}

const levelsOf = (facts: Facts, id: string) =>
  diagnose(facts)
    .findings.filter((one) => one.id === id)
    .map(({ level }) => level);

describe("the masters' replicated log", () => {
  it("has lost its quorum: too few replicas take part, though all masters answer", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    metricsOf(facts, "master-1", { "registrar/log/ensemble_size": 1 });
    const { rootCause } = diagnose(facts);
    expect(rootCause).toMatchObject({ id: "MS007", level: "failed", remedy: { kind: "up" } });
    expect(rootCause?.result).toBe(
      "1 of 3 replicas of the masters' log take part: 2 have to, or nothing can be written down",
    );
  });

  it("lacks a replica, which is a warning, unless its master has ended, which is said already", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    metricsOf(facts, "master-1", { "registrar/log/ensemble_size": 2 });
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MS007", level: "warning" });
    for (const node of facts.nodes) if (node.name === "master-3") node.state = "dead";
    expect(levelsOf(facts, "MS007")).toEqual(["ok"]);
  });

  it("has a replica that has not recovered", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    metricsOf(facts, "master-2", { "registrar/log/recovered": 0 });
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MS007", subject: "master-2", level: "warning" });
  });

  it("is not to be told of while the registry is not recovered", () => {
    const facts = healthyFacts();
    metricsOf(facts, "master-1", { "registrar/log/recovered": 0, "registrar/log/ensemble_size": 0 });
    expect(diagnose(facts).rootCause?.id).toBe("MS005");
    expect(levelsOf(facts, "MS007")).toEqual(["unknown"]);
  });
});

describe("a master", () => {
  it("runs with another --quorum than planned", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    for (const { name, flags } of facts.masters)
      if (name === "master-2" && flags.kind === "answered") flags.value["quorum"] = "1";
    expect(diagnose(facts).rootCause).toMatchObject({
      ...{ id: "MS008", subject: "master-2", level: "failed", remedy: { kind: "restart" } },
      evidence: ["--quorum is 1, planned 2"],
    });
  });

  it("of a stranger's cluster has a --quorum of no more than half of them", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    for (const { flags } of facts.masters) if (flags.kind === "answered") flags.value["quorum"] = "1";
    const foreign = { ...facts, cluster: undefined, plan: undefined, machine: undefined, nodes: [], folders: [] };
    expect(diagnose(foreign).rootCause).toMatchObject({ id: "MS008", level: "warning", remedy: { kind: "by-hand" } });
  });

  it("that does not say its flags is not judged by them", () => {
    const facts = healthyFacts();
    for (const master of facts.masters) master.flags = refused();
    expect(diagnose(facts).level).toBe("ok");
  });

  it("has no node in ZooKeeper", () => {
    const facts = healthyFacts({ zookeeper: 3, masters: 3 });
    facts.elected = answered(facts.masters.slice(0, 2).map(({ url }) => url));
    expect(diagnose(facts).rootCause).toMatchObject({
      ...{ id: "MS009", subject: "master-3", level: "warning", remedy: { kind: "restart" } },
    });
  });

  it("is a stranger to whom ZooKeeper gave a place in the election", () => {
    const facts = healthyFacts();
    facts.elected = answered([...facts.masters.map(({ url }) => url), "http://127.0.0.1:6050"]);
    expect(diagnose(facts).rootCause).toMatchObject({ id: "MS009", level: "failed", remedy: { kind: "by-hand" } });
  });
});
