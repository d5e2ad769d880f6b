import { expect, it } from "vitest";
import { newInstance } from "../../src/scheduler/core/instance.ts";
import { restoreState } from "../../src/scheduler/core/state.ts";
import { TaskNotes } from "../../src/scheduler/live/task-notes.ts";

it("what is remembered of tasks does not grow with those that were", () => {
  const state = restoreState({ user: "root", name: "test" }, undefined);
  const notes = new TaskNotes(state);
  for (let n = 1; n <= 500; n++) {
    const instance = newInstance("web", n, { version: 1, nowMs: 0 });
    state.instances.set(instance.id, instance);
    state.byTask.set(`t${n}`, instance);
    notes.accepted([`t${n}`], n);
    notes.updated({ task_id: { value: `t${n}` }, state: "TASK_KILLED" });
    notes.forget();
    expect(notes.acceptedAtMs(`t${n}`)).toBe(n);
    if (n === 1) continue;
    state.byTask.delete(`t${n}`);
    state.instances.delete(instance.id);
    notes.forget();
    expect(notes.acceptedAtMs(`t${n}`)).toBeUndefined();
    expect(notes.statusOf(instance.id)?.state).toBe("TASK_KILLED");
  }
  expect(notes.acceptedAtMs("t1")).toBe(1);
  expect(notes.statusOf("web.1")).toBeDefined();
  expect(notes.statusOf("web.2")).toBeUndefined();
});
