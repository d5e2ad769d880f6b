import { describe, expect, it } from "vitest";
import type { TaskState } from "../../src/mesos/types.ts";
import { nextPhase } from "../../src/scheduler/task-lifecycle.ts";
import type { LifecycleInput, TaskPhase } from "../../src/scheduler/task-lifecycle.ts";

const status = (state: TaskState, reason?: string): LifecycleInput => ({
  type: "status",
  status: { task_id: { value: "t" }, state, ...(reason !== undefined && { reason }) },
});

describe("a task", () => {
  it.each<[name: string, from: TaskPhase, inputs: LifecycleInput[], to: TaskPhase]>([
    ["is launched on an offer", "waiting", [{ type: "launch" }], "launched"],
    ["starts, and then runs", "launched", [status("TASK_STARTING"), status("TASK_RUNNING")], "running"],
    ["starts first", "launched", [status("TASK_STAGING")], "starting"],
    ["goes on running when a late word of its start comes", "running", [status("TASK_STARTING")], "running"],
    ["ends", "running", [status("TASK_FINISHED")], "ended"],
    ["may fail before it runs", "starting", [status("TASK_FAILED")], "ended"],
    ["may be wrong", "launched", [status("TASK_ERROR")], "ended"],
    ["is gone for good once it has ended", "ended", [status("TASK_RUNNING"), { type: "kill" }], "ended"],
    ["is killed", "running", [{ type: "kill" }, status("TASK_KILLED")], "ended"],
    ["is being killed until that is confirmed", "running", [{ type: "kill" }, status("TASK_RUNNING")], "killing"],
    ["is being killed by others too", "running", [status("TASK_KILLING")], "killing"],
    ["needs no killing before its launch", "waiting", [{ type: "kill" }], "ended"],
    ["may get lost from sight", "running", [status("TASK_UNREACHABLE")], "unreachable"],
    ["may be unknown to a new master at first", "running", [status("TASK_UNKNOWN")], "unreachable"],
    ["may come back", "unreachable", [status("TASK_RUNNING")], "running"],
    ["waits again when its offer was gone", "launched", [status("TASK_DROPPED", "REASON_INVALID_OFFERS")], "waiting"],
    [
      "waits again when its offer was gone, as older ones say",
      "launched",
      [status("TASK_LOST", "REASON_INVALID_OFFERS")],
      "waiting",
    ],
    ["waits again when no agent has it after all", "launched", [status("TASK_GONE")], "waiting"],
    ["waits again when the master has not taken it", "launched", [{ type: "launch-refused" }], "waiting"],
    ["is lost for good once it ran", "running", [status("TASK_LOST")], "ended"],
    ["is gone for good once it ran", "running", [status("TASK_GONE")], "ended"],
    ["that waits hears nothing of an earlier one", "waiting", [status("TASK_RUNNING")], "waiting"],
  ])("%s", (_name, from, inputs, to) => {
    expect(inputs.reduce(nextPhase, from)).toBe(to);
  });
});
