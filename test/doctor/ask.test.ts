import { describe, expect, it } from "vitest";
import { UnreachableError } from "../../src/client/http.ts";
import { ask } from "../../src/doctor/ask.ts";

const options = { limitMs: 60_000, signal: new AbortController().signal, nowMs: () => 0 };
const never = () => new Promise<never>(() => undefined);

describe("a question", () => {
  it("has its answer", async () => {
    expect(await ask(() => Promise.resolve(42), options)).toEqual({ kind: "answered", value: 42, tookMs: 0 });
  });

  it("is given up when its time is over, even where it goes on", async () => {
    expect(await ask(never, { ...options, limitMs: 1 })).toMatchObject({
      kind: "silent",
      said: "no answer within 1 ms",
    });
  });

  it("has no more time than is left for all of them", async () => {
    const late = { ...options, untilMs: 120, nowMs: () => 0 };
    expect(await ask(never, late)).toMatchObject({ kind: "silent", said: "no answer within 120 ms" });
    expect(await ask(() => Promise.resolve(42), { ...late, untilMs: -1 })).toMatchObject({ kind: "answered" });
  });

  it("tells a refused connection from other failures", async () => {
    const refusal = new UnreachableError("connect ECONNREFUSED 127.0.0.1:1.", { code: "UNREACHABLE", url: "" });
    expect(await ask(() => Promise.reject(refusal), options)).toMatchObject({ kind: "refused" });
    expect(await ask(() => Promise.reject(new Error("odd.")), options)).toMatchObject({ kind: "failed", said: "odd" });
  });

  it("ends with the command", async () => {
    const interruption = new AbortController();
    const asked = ask(never, { ...options, signal: interruption.signal });
    interruption.abort(new Error("Ctrl-C"));
    await expect(asked).rejects.toThrow("Ctrl-C");
  });
});
