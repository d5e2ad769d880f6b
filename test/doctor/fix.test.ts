import { describe, expect, it } from "vitest";
import { fix } from "../../src/doctor/fix.ts";
import type { Diagnosis, Finding, Remedy } from "../../src/doctor/finding.ts";

const up: Remedy = { command: "up", kind: "up", losesTasks: false };
const restart = (node: string): Remedy => ({
  command: `restart ${node}`,
  kind: "restart",
  target: node,
  losesTasks: false,
});
const failed = (id: string, remedy?: Remedy): Finding => ({
  ...{ id, layer: "agents", level: "failed", result: "", evidence: [] },
  ...(remedy === undefined ? {} : { remedy }),
});

/** A cluster whose findings go away as the given commands are applied. */
function patient(findings: Finding[], cures: Record<string, string[]>) {
  const applied: string[] = [];
  let nowMs = 0;
  return {
    applied,
    options: {
      look: (): Promise<Diagnosis> => {
        const cured = new Set(applied.flatMap((command) => cures[command] ?? []));
        const left = findings.filter(({ id }) => !cured.has(id));
        return Promise.resolve({ level: left.length === 0 ? "ok" : "failed", findings: left });
      },
      apply: ({ command }: Remedy) => {
        applied.push(command);
        return command === "restart broken" ? Promise.reject(new Error("It does not start.")) : Promise.resolve();
      },
      nowMs: () => nowMs,
      sleep: (durationMs: number) => {
        nowMs += durationMs;
        return Promise.resolve();
      },
    },
  };
}

describe("fix", () => {
  it("does nothing to what is well", async () => {
    const { options, applied } = patient([], {});
    expect(await fix(options)).toMatchObject({ diagnosis: { level: "ok" }, repairs: [] });
    expect(applied).toEqual([]);
  });

  it("restarts what hangs before it starts what would wait for that", async () => {
    const hangs: Finding = { ...failed("Z", restart("zookeeper-1")), layer: "zookeeper" };
    const { options, applied } = patient([hangs, { ...failed("M", up), layer: "masters" }], {
      "restart zookeeper-1": ["Z"],
      up: ["M"],
    });
    expect((await fix(options)).diagnosis.level).toBe("ok");
    expect(applied).toEqual(["restart zookeeper-1", "up"]);
  });

  it("starts what is missing before it restarts what hangs, and tries again what else that may have helped", async () => {
    const { options, applied } = patient([failed("A", restart("a")), failed("B", up), failed("C", up)], {
      up: ["B"],
      "restart a": ["A"],
    });
    const { repairs, diagnosis } = await fix(options);
    expect(applied).toEqual(["up", "restart a", "up"]);
    expect(repairs).toEqual([
      { finding: "B", command: "up", outcome: "helped" },
      { finding: "A", command: "restart a", outcome: "helped" },
      { finding: "C", command: "up", outcome: "did not help" },
    ]);
    expect(diagnosis.findings.map(({ id }) => id)).toEqual(["C"]);
  });

  it("tells what did not help, and what failed, and goes on", async () => {
    const { options } = patient([failed("A", restart("broken")), failed("B", restart("b"))], {});
    expect((await fix(options)).repairs).toEqual([
      { finding: "A", command: "restart broken", outcome: "failed", said: "It does not start." },
      { finding: "B", command: "restart b", outcome: "did not help" },
    ]);
  });

  it("tries again what failed, once something else has helped", async () => {
    const { options, applied } = patient([failed("A", up), failed("B", restart("b"))], { "restart b": ["B"] });
    let isFirst = true;
    const apply = async (remedy: Remedy): Promise<void> => {
      const fails = remedy === up && isFirst;
      isFirst = false;
      if (fails) throw new Error("It needs b.");
      await options.apply(remedy);
    };
    const { repairs } = await fix({ ...options, apply });
    expect(repairs.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
      ...["up failed", "restart b helped", "up did not help"],
    ]);
    expect(applied).toEqual(["restart b", "up"]);
  });

  it("does again what has helped, for what comes up only afterwards", async () => {
    const { options, applied } = patient([failed("A", up), failed("B", restart("b")), failed("C", up)], {
      up: ["A"],
      "restart b": ["B"],
    });
    const look = async (): Promise<Diagnosis> => {
      const { findings, ...rest } = await options.look();
      const isOver = applied.join() === "up,restart b,up";
      return {
        ...rest,
        findings: findings.filter(({ id }) => id !== "C" || (applied.includes("restart b") && !isOver)),
      };
    };
    expect((await fix({ ...options, look })).diagnosis.findings).toEqual([]);
    expect(applied).toEqual(["up", "restart b", "up"]);
  });

  it("does not do twice what has cost tasks without helping", async () => {
    const findings = [
      failed("A", { ...restart("a"), losesTasks: true }),
      failed("B", { ...restart("b"), losesTasks: true }),
    ];
    const { options, applied } = patient(findings, { "restart b": ["B"] });
    await fix({ ...options, yes: true });
    expect(applied).toEqual(["restart a", "restart b"]);
  });

  it("leaves to the user what no command helps", async () => {
    const { options, applied } = patient([failed("B", { ...up, kind: "by-hand" }), failed("C")], {});
    expect(await fix(options)).toMatchObject({ repairs: [], diagnosis: { level: "failed" } });
    expect(applied).toEqual([]);
  });

  it("does what may lose tasks only where that was allowed, and says so else", async () => {
    const findings = [
      failed("A", { ...restart("a"), losesTasks: true }),
      failed("B", { ...restart("a"), losesTasks: true }),
    ];
    const cures = { "restart a": ["A", "B"] };
    const careful = patient(findings, cures);
    expect((await fix(careful.options)).repairs).toEqual([
      { finding: "A", command: "restart a", outcome: "refused", said: expect.stringContaining("--yes") as string },
    ]);
    expect(careful.applied).toEqual([]);
    const bold = patient(findings, cures);
    expect(await fix({ ...bold.options, yes: true })).toMatchObject({
      diagnosis: { level: "ok" },
      repairs: [{ finding: "A", outcome: "helped" }],
    });
  });

  it("leaves what is on its way the time to get there", async () => {
    const { options, applied } = patient([failed("A", up), failed("B", restart("b"))], { up: ["A"] });
    const look = async (): Promise<Diagnosis> => {
      const diagnosis = await options.look();
      return applied.length > 0 && options.nowMs() >= 1_000 ? { level: "ok", findings: [] } : diagnosis;
    };
    expect(await fix({ ...options, look })).toMatchObject({ repairs: [{ finding: "A", outcome: "helped" }] });
    expect(applied).toEqual(["up"]);
  });

  it("does not wait for what waits for something that is missing", async () => {
    const findings = [failed("A", restart("a")), { ...failed("C"), level: "unknown" as const }];
    const { options } = patient(findings, { "restart a": ["A"], up: ["B", "C"] });
    const look = async (): Promise<Diagnosis> => {
      const { findings: left } = await options.look();
      const isUp = left.length === 0;
      // It ends because of what the first remedy did.
      const ended = left.some(({ id }) => id === "A") || isUp ? [] : [failed("B", up)];
      return { level: isUp ? "ok" : "failed", findings: [...left, ...ended] };
    };
    expect(await fix({ ...options, look })).toMatchObject({ diagnosis: { level: "ok" }, repairs: [{}, {}] });
    expect(options.nowMs()).toBe(0);
  });

  it("waits for nothing that could not be told before either", async () => {
    const unknown: Finding = { ...failed("X"), level: "unknown", because: "ZK" };
    const { options } = patient([failed("ZK"), failed("A", restart("a")), unknown], { "restart a": ["A"] });
    expect(await fix(options)).toMatchObject({ repairs: [{ finding: "A", outcome: "helped" }] });
    expect(options.nowMs()).toBeLessThan(5_000);
  });
});
