// What masters are told of a framework whose apps become others than it was subscribed with.
import { beforeEach, describe, expect, it } from "vitest";
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { CallOutcome, Effect, Input } from "../../../src/scheduler/core/inputs.ts";
import { frameworkInfoOf } from "../../../src/scheduler/core/framework-info.ts";
import { restoreState, storedValue } from "../../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../../src/scheduler/core/state.ts";
import { step } from "../../../src/scheduler/core/step.ts";
import { parseAppObject } from "../../../src/scheduler/parse-app-file.ts";

const info = { user: "root", name: "test", roles: ["*"], capabilities: [{ type: "MULTI_ROLE" as const }] };

let state: SchedulerState;
let nowMs: number;
beforeEach(() => {
  state = restoreState(info, undefined);
  nowMs = 1_000_000;
});

function give(input: Input): Effect[] {
  const env = { nowMs, random: () => 0.5, newId: () => "1", siteUri: () => undefined, secret: () => undefined };
  return step(state, input, env);
}

const subscribe = (masterVersion: string) =>
  give({ type: "subscribed", frameworkId: "f1", masterVersion, frameworkInfo: frameworkInfoOf(state) });
const run = (app: Record<string, unknown>) =>
  give({ type: "command", command: { name: "run", spec: parseAppObject({ command: "c", ...app }) } });
const calls = (effects: Effect[]) => effects.filter((effect) => effect.type === "call");
const types = (effects: Effect[]) => calls(effects).map(({ call }) => call.type);

/** Answers calls until none is made, and gives all that were. */
function answered(effects: Effect[], outcome: (call: SchedulerCall) => CallOutcome = () => ({ name: "taken" })) {
  const made = calls(effects);
  for (const { id, call } of made) made.push(...calls(give({ type: "answer", callId: id, outcome: outcome(call) })));
  return made.map(({ call }) => call);
}

describe("an app of another role, or with GPUs, that comes later", () => {
  it("has the master told before it offers", () => {
    answered(subscribe("1.10.0"));
    const made = answered(run({ name: "web", role: "prod" }));
    expect(made.map(({ type }) => type)).toEqual(["UPDATE_FRAMEWORK", "REVIVE"]);
    expect(made[0]).toEqual({
      type: "UPDATE_FRAMEWORK",
      update_framework: { framework_info: { ...info, roles: ["prod"], id: { value: "f1" } } },
    });
    nowMs += 1000;
    const second = answered(run({ name: "learn", role: "*", gpus: 1 }));
    expect(second[0]).toMatchObject({
      update_framework: {
        framework_info: { roles: ["prod", "*"], capabilities: [{ type: "MULTI_ROLE" }, { type: "GPU_RESOURCES" }] },
      },
    });
    nowMs += 1000;
    expect(answered(run({ name: "same", role: "prod" })).map(({ type }) => type)).toEqual(["REVIVE"]);
  });

  it("has an old master subscribed to once more", () => {
    answered(subscribe("1.9.0"));
    expect(run({ name: "web", role: "prod" }).filter(({ type }) => type === "resubscribe")).toHaveLength(1);
    expect(give({ type: "timer" }).filter(({ type }) => type === "resubscribe")).toEqual([]);
    give({ type: "disconnected" });
    expect(frameworkInfoOf(state).roles).toEqual(["prod"]);
    expect(types(subscribe("1.9.0"))).not.toContain("UPDATE_FRAMEWORK");
  });

  it("is told again where the answer was lost, and not where it was refused", () => {
    answered(subscribe("1.12.0"));
    let outcome: CallOutcome = { name: "lost" };
    const reply = ({ type }: SchedulerCall): CallOutcome => (type === "UPDATE_FRAMEWORK" ? outcome : { name: "taken" });
    expect(answered(run({ name: "web", role: "prod" }), reply).map(({ type }) => type)).toEqual(["UPDATE_FRAMEWORK"]);
    nowMs += 1000;
    outcome = { name: "refused", message: "no such role" };
    const again = answered(give({ type: "timer" }), reply);
    expect(again.filter(({ type }) => type === "UPDATE_FRAMEWORK").length).toBeGreaterThan(0);
    nowMs += 5000;
    answered(give({ type: "timer" }), reply);
    nowMs += 5000;
    expect(types(give({ type: "timer" }))).not.toContain("UPDATE_FRAMEWORK");
  });
});

describe("offers in several roles", () => {
  it("are wanted in those in which something waits", () => {
    answered(subscribe("1.12.0"));
    answered(run({ name: "web", role: "prod" }));
    nowMs += 1000;
    answered(run({ name: "job", role: "batch" }));
    nowMs += 1000;
    const scale = (app: string, instances: number) =>
      answered(give({ type: "command", command: { name: "scale", app, instances } }));
    expect(scale("web", 0)).toEqual([{ type: "SUPPRESS", suppress: { roles: ["prod"] } }]);
    expect(scale("web", 1)).toEqual([{ type: "REVIVE" }]);
    expect(scale("job", 0)).toEqual([{ type: "SUPPRESS", suppress: { roles: ["batch"] } }]);
    expect(scale("web", 0)).toEqual([{ type: "SUPPRESS" }]);
    nowMs += 1000;
    expect(scale("job", 1)).toEqual([{ type: "REVIVE", revive: { roles: ["batch"] } }]);
    nowMs += 1000;
    // A role goes with its last app; the master is told when it is asked for offers next.
    answered(give({ type: "command", command: { name: "remove", app: "web" } }));
    expect(frameworkInfoOf(state).roles).toEqual(["batch"]);
  });
});

describe("a framework that another user's scheduler takes over", () => {
  it("stays its first user's, as masters want it", () => {
    answered(subscribe("1.12.0"));
    const stored = { framework: storedValue(state, "framework") };
    const taken = restoreState({ ...info, user: "other" }, stored);
    expect(frameworkInfoOf(taken)).toMatchObject({ user: "root" });
  });
});
