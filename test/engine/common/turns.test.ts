import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { inSlices, Turns } from "../../../src/engine/common/turns.ts";

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

describe("long work of one caller", () => {
  it("goes on in the same turn while there is time, and in a later one when there is not", async () => {
    const { work, done } = busyFor();
    const pause = inSlices();
    work("a", 1)();
    expect(pause()).toBeUndefined();
    work("b", 20)();
    setImmediate(() => done.push("somebody else"));
    await pause();
    work("c", 1)();
    expect(pause()).toBeUndefined();
    expect(done).toEqual(["a", "b", "somebody else", "c"]);
  });

  it("counts what continues after several promises of a piece of work as part of its turn", async () => {
    const { work, done } = busyFor();
    const turns = new Turns();
    const later = (name: string) => async (): Promise<void> => {
      await turns.taken();
      for (let hop = 0; hop < 5; hop++) await Promise.resolve();
      work(name, 20)();
    };
    turns.run(work("first", 20));
    const all = Promise.all(["a", "b"].map((name) => later(name)()));
    await nextTurn();
    expect(done).toEqual(["first", "a"]);
    await all;
    expect(done).toEqual(["first", "a", "b"]);
  });
});
