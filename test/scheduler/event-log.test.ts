import { describe, expect, it } from "vitest";
import { parseLine } from "../../src/logs/parse-line.ts";
import type { AppEvent } from "../../src/scheduler/app-event.ts";
import { newInstance } from "../../src/scheduler/core/instance.ts";
import { eventLog } from "../../src/scheduler/event-log.ts";

/** What is written of these. */
function logged(...events: AppEvent[]): { line: string; entry: Record<string, unknown> }[] {
  const lines: string[] = [];
  const log = eventLog({ write: (line) => lines.push(line) });
  events.forEach((event) => log(event));
  return lines.map((line) => ({ line, entry: JSON.parse(line) as Record<string, unknown> }));
}

const instance = newInstance("web", 1, { version: 1, nowMs: 0 });

describe("the log of a scheduler without a terminal", () => {
  it("tells of transitions, each as a line that `mesos-up logs` finds time and level of", () => {
    const failed = { ...instance, state: "backing-off" as const };
    const [first, second] = logged(
      { type: "instance", instance, before: undefined },
      { type: "instance", instance: failed, before: "running" },
    );
    expect(first?.entry).toMatchObject({ level: "info", app: "web", instance: "web.1", msg: "web.1 new → waiting" });
    expect(second?.entry).toMatchObject({ level: "warn", msg: "web.1 running → backing-off" });
    const head = parseLine(second?.line ?? "", Date.now());
    expect(head).toEqual({ level: "W", atMs: Date.parse(second?.entry["time"] as string) });
  });

  it("says why a task failed, and whatever else happens", () => {
    const placement = { taskId: "web.1.1", agent: "a1:5051", agentId: "a1", hostPorts: [] };
    const lastFailure = { taskId: "web.1.1", agent: "a1:5051", state: "TASK_FAILED", reason: "REASON_X", atMs: 1 };
    const failed = { ...instance, state: "gave-up" as const, lastTask: placement as never, lastFailure };
    const entries = logged(
      { type: "instance", instance: failed, before: "running" },
      { type: "launched", instance: "web.1", placement: placement as never },
      { type: "app", app: "web", what: "is updated" },
      { type: "note", message: "a note" },
      { type: "subscription", state: { name: "disconnected", reason: "gone" } as never },
    ).map(({ entry }) => entry);
    expect(entries).toMatchObject([
      { level: "warn", failure: { reason: "REASON_X" } },
      { msg: "web.1 is launched on a1:5051", taskId: "web.1.1" },
      { app: "web", msg: "web: is updated" },
      { level: "warn", msg: "a note" },
      { level: "warn", subscription: "disconnected", reason: "gone" },
    ]);
  });

  it("says nothing where nothing changes", () => {
    expect(logged({ type: "instance", instance, before: "waiting" })).toEqual([]);
  });
});
