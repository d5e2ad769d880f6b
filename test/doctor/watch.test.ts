import { expect, it } from "vitest";
import type { Diagnosis, Finding } from "../../src/doctor/finding.ts";
import { watch } from "../../src/doctor/watch.ts";

const finding = (level: Finding["level"], result: string): Finding => ({
  ...{ id: "AG001", layer: "agents", subject: "agent-1", level, result, evidence: [] },
});
const diagnosis = (one: Finding): Diagnosis => ({ level: one.level === "ok" ? "ok" : "failed", findings: [one] });

it("tells what is so at first, and then every change, but not that a figure is another", async () => {
  const seen = [
    finding("ok", "3 ms"),
    finding("ok", "4 ms"),
    finding("failed", "has ended"),
    finding("failed", "has ended: its port is taken"),
    finding("ok", "3 ms"),
  ];
  const looks = [...seen];
  const look = () => {
    const next = looks.shift();
    return next === undefined ? Promise.reject(new Error("over")) : Promise.resolve(diagnosis(next));
  };
  const told: string[] = [];
  const watching = async () => {
    for await (const { findings } of watch({ look, pause: () => Promise.resolve() }))
      told.push(findings[0]?.result ?? "");
  };
  await expect(watching()).rejects.toThrow("over");
  expect(told).toEqual(["3 ms", "has ended", "3 ms"]);
});
