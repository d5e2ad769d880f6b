import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { Turns } from "../../../src/engine/common/turns.ts";

/** Work that takes so much time, by a clock that stands still otherwise. */
function busyFor(): { work: (name: string, tookMs: number) => () => void; done: string[] } {
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const done: string[] = [];
  return {
    done,
    work: (name, tookMs) => () => {
      done.push(name);
      nowMs += tookMs;
    },
  };
}

describe("the turns of the event loop", () => {
  it("are given at once while there is time in this one", () => {
    const { work, done } = busyFor();
    const turns = new Turns();
    for (const name of ["a", "b", "c"]) turns.run(work(name, 1));
    expect(done).toEqual(["a", "b", "c"]);
    expect(turns.busy).toBe(false);
  });

  it("end when they have taken long enough, so that others run before what is left, in its order", async () => {
    const { work, done } = busyFor();
    const turns = new Turns();
    for (const name of ["a", "b", "c", "d"]) turns.run(work(name, 20));
    expect(done).toEqual(["a"]);
    expect(turns.busy).toBe(true);
    setImmediate(() => done.push("somebody else"));
    while (turns.busy) await nextTurn();
    expect(done).toEqual(["a", "b", "somebody else", "c", "d"]);
  });

  it("put what comes later behind what waits", async () => {
    const { work, done } = busyFor();
    const turns = new Turns();
    turns.run(work("a", 20));
    turns.run(() => {
      done.push("b");
      turns.run(work("d", 0));
    });
    turns.run(work("c", 0));
    while (turns.busy) await nextTurn();
    expect(done).toEqual(["a", "b", "c", "d"]);
  });

  it("begin anew when nothing waited", async () => {
    const { work, done } = busyFor();
    const turns = new Turns();
    turns.run(work("a", 20));
    await nextTurn();
    await nextTurn();
    turns.run(work("b", 20));
    expect(done).toEqual(["a", "b"]);
  });
});
