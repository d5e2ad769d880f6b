// The core of the scheduler alone, with offers and apps made up for benches.
import type { Offer } from "../../../src/mesos/types.ts";
import type { Constraint } from "../../../src/scheduler/app-spec.ts";
import type { Input } from "../../../src/scheduler/core/inputs.ts";
import { restoreState } from "../../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../../src/scheduler/core/state.ts";
import { step } from "../../../src/scheduler/core/step.ts";
import { parseAppObject } from "../../../src/scheduler/parse-app-file.ts";

let ids = 0;

export const env = {
  nowMs: 0,
  random: Math.random,
  newId: () => String(++ids),
  siteUri: () => undefined,
  secret: () => undefined,
};

export function subscribed(): SchedulerState {
  const state = restoreState({ user: "root", name: "bench" }, undefined);
  give(state, { type: "subscribed", frameworkId: "f1" });
  return state;
}

export function give(state: SchedulerState, input: Input): void {
  step(state, input, env);
}

export function offer(n: number): Offer {
  const allocated = { role: "*", allocation_info: { role: "*" } };
  return {
    id: { value: `o${n}` },
    framework_id: { value: "f1" },
    agent_id: { value: `a${n}` },
    hostname: `agent-${n}`,
    url: { scheme: "http", address: { hostname: `agent-${n}`, ip: "127.0.0.1", port: 5051 } },
    allocation_info: { role: "*" },
    attributes: [{ name: "rack", type: "TEXT", text: { value: `r${n % 5}` } }],
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, ...allocated },
      { name: "mem", type: "SCALAR", scalar: { value: 8192 }, ...allocated },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] }, ...allocated },
    ],
  };
}

export function specOf(app: number, instances: number, constraints: Constraint[]) {
  const resources = { cpus: 0.5, mem: 128, ports: [80] };
  return parseAppObject({ name: `app${app}`, command: "true", ...resources, instances, constraints });
}
