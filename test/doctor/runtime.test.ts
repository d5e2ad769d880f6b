import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import type { Facts, MachineFacts } from "../../src/doctor/facts.ts";
import { answered, healthyFacts } from "./support.ts";

function withMachine(change: Partial<MachineFacts>): Facts {
  const facts = healthyFacts();
  return { ...facts, machine: facts.machine && { ...facts.machine, ...change } };
}

const rootCauseOf = (facts: Facts) => diagnose(facts).rootCause;
const docker = (version: string) => ({ containerRuntime: { program: "docker", version: answered(version) } });

describe("what runs containers", () => {
  it.each([
    ["docker", "1.7.1"],
    ["/opt/kit/runc", "runc version 0.9.3"],
  ])("is too old: %s %s", (program, version) => {
    const facts = withMachine({ containerRuntime: { program, version: answered(version) } });
    expect(rootCauseOf(facts)).toMatchObject({ id: "MC008", level: "failed", remedy: { kind: "by-hand" } });
  });

  it("is too new for agents that are old", () => {
    const facts = withMachine(docker("26.1.0"));
    expect(diagnose(facts).level).toBe("ok");
    for (const { state } of facts.agents) if (state.kind === "answered") state.value.version = "1.7.1";
    for (const master of facts.masters) master.version = answered("1.7.1");
    expect(rootCauseOf(facts)).toMatchObject({ id: "MC008", evidence: ["docker: 26.1.0", "agent-1: 1.7.1"] });
  });
});

describe("control groups", () => {
  const isolated = (cgroups: Partial<MachineFacts["cgroups"]>): Facts => {
    const none = { version: 1 as const, controllers: ["cpu"], writable: ["cpu"], notByDocker: [] };
    const facts = withMachine({ cgroups: { ...none, ...cgroups } });
    for (const { kind, args } of facts.plan?.nodes ?? [])
      if (kind === "agent") args.unshift("--isolation=cgroups/cpu,cgroups/mem,filesystem/linux");
    return facts;
  };

  it("that an agent's isolators need are not there", () => {
    expect(rootCauseOf(isolated({}))).toMatchObject({
      ...{ id: "MC009", level: "failed", result: "agents need memory, and there is version 1: cpu" },
    });
  });

  it("may not be made", () => {
    const facts = isolated({ controllers: ["cpu", "memory"], writable: [] });
    expect(rootCauseOf(facts)?.result).toBe("agents may not make groups for cpu, memory");
  });

  it("are there, under their names of version 2", () => {
    const controllers = ["cpuset", "cpu", "io", "memory", "pids"];
    expect(diagnose(isolated({ version: 2, controllers, writable: controllers })).level).toBe("ok");
  });

  describe("of version 2", () => {
    const unified = (isolation: string, controllers: string[], writable = controllers): Facts => {
      const facts = isolated({ version: 2, controllers, writable });
      for (const { kind, args } of facts.plan?.nodes ?? [])
        if (kind === "agent") args.splice(0, 1, `--isolation=${isolation}`);
      return facts;
    };

    it.each([
      ["cgroups/cpu,cgroups/devices", ["cpu", "memory"]],
      ["cgroups/mem,cgroups/perf_event", ["memory"]],
      ["cgroups/devices,cgroups/perf_event", []],
      ["cgroups/blkio,cgroups/devices", ["io"]],
    ])("are enough for %s where there is %j", (isolation, controllers) => {
      expect(diagnose(unified(isolation, controllers)).level).toBe("ok");
    });

    it.each([
      ["cgroups/blkio,cgroups/devices", ["cpu"], ["cpu"], "agents need blkio, and there is version 2: cpu"],
      ["cgroups/cpu,cgroups/devices", ["cpu", "io"], [], "agents may not make groups for cpu"],
      ["cgroups/cpu,cgroups/perf_event", ["cpu"], [], "agents may not make groups for cpu"],
    ])("are not enough for %s where there is %j, writable %j", (isolation, controllers, writable, result) => {
      expect(rootCauseOf(unified(isolation, controllers, writable))).toMatchObject({ id: "MC009", result });
    });

    it("have names that mean nothing in version 1", () => {
      const facts = unified("cgroups/devices", ["io"]);
      if (facts.machine?.cgroups) facts.machine.cgroups.version = 1;
      expect(rootCauseOf(facts)?.result).toBe("agents need devices, and there is version 1: io");
    });
  });

  it("are not Docker's to use", () => {
    const facts = healthyFacts();
    facts.machine?.cgroups?.notByDocker.push("memory");
    expect(rootCauseOf(facts)).toMatchObject({ id: "MC009", level: "warning" });
  });
});

it("half a processor for everything is worth a look", () => {
  expect(rootCauseOf(withMachine({ processorQuota: 0.5 }))).toMatchObject({ id: "MC010", level: "warning" });
  expect(diagnose(withMachine({ processorQuota: 1.5 })).level).toBe("ok");
});

describe("a lock", () => {
  const claim = { file: "/clusters/demo/lock.7-1-abc.def.lock", pid: 7, holder: "PID 7" };

  it("of a run that was killed is cleared away", () => {
    expect(rootCauseOf({ ...healthyFacts(), claims: [{ ...claim, state: "ended" }] })).toMatchObject({
      ...{ id: "LO002", level: "warning", remedy: { kind: "clear", target: claim.file, losesTasks: false } },
    });
  });

  it("of a run that is stopped is the user's, and that of one at work is none", () => {
    expect(rootCauseOf({ ...healthyFacts(), claims: [{ ...claim, state: "stopped" }] })).toMatchObject({
      ...{ id: "LO002", level: "failed", remedy: { kind: "by-hand" } },
    });
    expect(diagnose({ ...healthyFacts(), claims: [{ ...claim, state: "at work" }] }).level).toBe("ok");
  });
});
