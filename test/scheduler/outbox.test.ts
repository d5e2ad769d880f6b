import { describe, expect, it } from "vitest";
import type { Changes, Effect } from "../../src/scheduler/core/inputs.ts";
import { Outbox } from "../../src/scheduler/outbox.ts";

function outbox() {
  const log: string[] = [];
  const writes: (() => void)[] = [];
  let then: (() => void) | undefined;
  const box = new Outbox({
    write: (changes: Changes, done) => {
      log.push(`write ${Object.keys(changes).join()}`);
      writes.push(done);
    },
    perform: (effect) => {
      log.push(effect.type === "call" ? effect.call.type : effect.type);
      const next = then;
      then = undefined;
      next?.();
    },
  });
  return { box, log, written: () => writes.shift()?.(), onCall: (next: () => void) => (then = next) };
}
const persist = (key: string): Effect => ({ type: "persist", changes: { [key]: 1 } });
const call = (type: "SUPPRESS" | "REVIVE"): Effect => ({ type: "call", id: 1, subscription: 1, call: { type } });

describe("the outbox", () => {
  it("sends nothing before what precedes it is written", () => {
    const { box, log, written } = outbox();
    box.push([persist("a"), call("SUPPRESS")]);
    expect(log).toEqual(["write a"]);
    written();
    expect(log).toEqual(["write a", "SUPPRESS"]);
  });

  it("begins one write at a time, and keeps the order, also where what is done leads to more at once", () => {
    const { box, log, written, onCall } = outbox();
    box.push([persist("a"), call("SUPPRESS"), call("SUPPRESS")]);
    onCall(() => {
      box.push([persist("b"), call("REVIVE")]);
      box.push([persist("c")]);
    });
    written();
    expect(log).toEqual(["write a", "SUPPRESS", "SUPPRESS", "write b,c"]);
    written();
    expect(log.slice(4)).toEqual(["REVIVE"]);
  });

  it("takes everything that comes while it writes into one next write, in order", () => {
    const { box, log, written } = outbox();
    box.push([persist("a"), call("SUPPRESS")]);
    box.push([persist("b"), call("REVIVE")]);
    box.push([persist("c"), call("SUPPRESS")]);
    box.whenStored(() => log.push("stored"));
    written();
    expect(log).toEqual(["write a", "SUPPRESS", "write b,c"]);
    written();
    expect(log).toEqual(["write a", "SUPPRESS", "write b,c", "REVIVE", "SUPPRESS", "stored"]);
  });

  it("waits for nothing where there is nothing to write", () => {
    const { box, log } = outbox();
    box.push([call("REVIVE")]);
    box.whenStored(() => log.push("stored"));
    expect(log).toEqual(["REVIVE", "stored"]);
  });
});
