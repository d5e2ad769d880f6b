import { describe, expect, it } from "vitest";
import { ConfigError, MesosUpError, StepError } from "../../src/errors.ts";
import { RecordingSink } from "../../src/progress/recording-sink.ts";
import { failedStep } from "../../src/progress/step-error.ts";
import { createSteps } from "../../src/progress/steps.ts";
import { FakeClock } from "./fake-clock.ts";

function setUp(options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const clock = new FakeClock();
  const sink = new RecordingSink();
  return { clock, sink, ...createSteps({ sink, clock, ...options }) };
}

const zookeeper = { id: "zookeeper", title: "ZooKeeper answers" };

/** Work that never ends by itself and, being well-behaved, throws when it is aborted. */
function untilAborted(signal: AbortSignal, thrown?: Error): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(thrown ?? (signal.reason as Error)));
  });
}

describe("a step", () => {
  it("tells when it starts, what it does and how it ended, and gives what its work gives", async () => {
    const { clock, sink, step } = setUp();
    await clock.advance(100);
    const running = step(zookeeper, async (context) => {
      context.progress("starting", 0.5);
      await clock.advance(250);
      context.note("took a while");
      context.detail("127.0.0.1:2181");
      return 42;
    });
    expect(await running).toBe(42);
    expect(sink.events).toEqual([
      { type: "step-started", step: "zookeeper", title: "ZooKeeper answers", atMs: 100 },
      { type: "step-progress", step: "zookeeper", message: "starting", fraction: 0.5, atMs: 100 },
      { type: "step-note", step: "zookeeper", message: "took a while", atMs: 350 },
      {
        type: "step-done",
        step: "zookeeper",
        title: "ZooKeeper answers",
        detail: "127.0.0.1:2181",
        elapsedMs: 250,
        atMs: 350,
      },
    ]);
    expect(clock.pending).toBe(0);
  });

  it("that finds nothing to do ends as skipped", async () => {
    const { sink, step } = setUp();
    await step(zookeeper, (context) => {
      context.skip("runs already");
    });
    expect(sink.steps).toEqual([
      { id: "zookeeper", title: "ZooKeeper answers", outcome: "skipped", detail: "runs already", elapsedMs: 0 },
    ]);
  });

  it("passes an error of ours on as it is, and remembers which step it came from", async () => {
    const { sink, step } = setUp();
    const error = new ConfigError("The port 2181 is taken.", { code: "PORT_TAKEN" });
    await expect(
      step(zookeeper, () => {
        throw error;
      }),
    ).rejects.toBe(error);
    expect(failedStep(error)).toEqual(zookeeper);
    expect(sink.events.at(-1)).toMatchObject({ type: "step-failed", step: "zookeeper", error });
  });

  it("names the innermost of nested steps", async () => {
    const { step } = setUp();
    const error = new MesosUpError("No.", { code: "NO" });
    const outer = step({ id: "cluster", title: "The cluster is up" }, () =>
      step(zookeeper, () => Promise.reject(error)),
    );
    await expect(outer).rejects.toBe(error);
    expect(failedStep(error)).toEqual(zookeeper);
  });

  it("makes any other error the cause of a StepError with the log of what was waited for", async () => {
    const { step } = setUp();
    const cause = new TypeError("x is not a function");
    const logTail = () => Promise.resolve("last words");
    await expect(step({ ...zookeeper, logTail }, () => Promise.reject(cause))).rejects.toMatchObject({
      name: "StepError",
      code: "STEP_FAILED",
      message: '"ZooKeeper answers" failed: x is not a function',
      step: "zookeeper",
      logTail: "last words",
      cause,
    });
  });

  it("fails all the same when its log cannot be had", async () => {
    const { step } = setUp();
    const logTail = () => Promise.reject(new Error("no such file"));
    await expect(step({ ...zookeeper, logTail }, () => Promise.reject(new Error("oh")))).rejects.toMatchObject({
      code: "STEP_FAILED",
      logTail: "",
    });
  });
});

describe("a time limit", () => {
  it("aborts the work and names the step and the last log lines", async () => {
    const { clock, sink, step } = setUp();
    const running = step({ ...zookeeper, timeoutMs: 3000, logTail: () => "binding…" }, ({ signal }) =>
      untilAborted(signal),
    );
    const caught = running.catch((error: unknown) => error);
    await clock.advance(2999);
    expect(sink.events).toHaveLength(1);
    await clock.advance(1);
    const error = (await caught) as StepError;
    expect(error).toBeInstanceOf(StepError);
    expect(error).toMatchObject({ code: "STEP_TIMEOUT", step: "zookeeper", elapsedMs: 3000, logTail: "binding…" });
    expect(error.message).toBe('"ZooKeeper answers" was not done within 3 seconds.');
    expect(clock.pending).toBe(0);
  });

  it("tells what the work says was still missing", async () => {
    const { clock, step } = setUp();
    const missing = new MesosUpError("agent-2 has not registered.", { code: "AGENT_MISSING" });
    const running = step({ ...zookeeper, timeoutMs: 1000 }, ({ signal }) => untilAborted(signal, missing));
    const caught = running.catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await caught).toMatchObject({
      code: "STEP_TIMEOUT",
      message: '"ZooKeeper answers" was not done within 1 second: agent-2 has not registered.',
      cause: missing,
    });
  });

  it("tells the last that was heard of what is waited for, where the work itself says nothing", async () => {
    const { clock, step } = setUp();
    const running = step({ ...zookeeper, timeoutMs: 1000 }, (context) => {
      context.progress("nobody listens on 127.0.0.1:2181");
      context.progress("127.0.0.1:2181 answered srvr with nothing.");
      return untilAborted(context.signal);
    });
    const caught = running.catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await caught).toMatchObject({
      code: "STEP_TIMEOUT",
      message:
        '"ZooKeeper answers" was not done within 1 second; last heard: 127.0.0.1:2181 answered srvr with nothing.',
    });
  });

  it("holds for work that does not listen, a second later", async () => {
    const { clock, sink, step } = setUp();
    const running = step({ ...zookeeper, timeoutMs: 3000 }, () => new Promise(() => undefined));
    const caught = running.catch((error: unknown) => error);
    await clock.advance(3999);
    expect(sink.events).toHaveLength(1);
    await clock.advance(1);
    expect(await caught).toMatchObject({ code: "STEP_TIMEOUT", elapsedMs: 4000 });
  });

  it("gives work that has more to take back as long as it asks for", async () => {
    const { clock, step } = setUp();
    const over = new AbortController();
    const slow = { ...zookeeper, timeoutMs: 3000, graceMs: 5000 };
    const running = step(slow, () => untilAborted(over.signal, new MesosUpError("It was taken back.", { code: "X" })));
    let ended = false;
    const caught = running.catch((error: unknown) => error).finally(() => (ended = true));
    await clock.advance(7999);
    expect(ended).toBe(false);
    over.abort();
    expect(await caught).toMatchObject({
      code: "STEP_TIMEOUT",
      elapsedMs: 7999,
      message: expect.stringContaining("It was taken back") as string,
    });
  });

  it("of the whole job ends the step that runs when it is over, and any later one at once", async () => {
    const { clock, step } = setUp({ timeoutMs: 5000 });
    await step(zookeeper, () => clock.advance(4000));
    const master = { id: "master", title: "A master leads", timeoutMs: 60_000 };
    const caught = step(master, ({ signal }) => untilAborted(signal)).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await caught).toMatchObject({
      code: "STEP_TIMEOUT",
      message: '"A master leads" was not done when the time limit of 5 seconds ran out.',
    });
    const late = step(master, ({ signal }) => untilAborted(signal)).catch((error: unknown) => error);
    await clock.advance(0);
    expect(await late).toMatchObject({ code: "STEP_TIMEOUT" });
  });
});

describe("aborting the job", () => {
  const interrupted = new MesosUpError("Interrupted.", { code: "INTERRUPTED" });

  it("makes running steps throw the reason, once their work has ended", async () => {
    const job = new AbortController();
    const { sink, step } = setUp({ signal: job.signal });
    let cleanedUp = false;
    const running = step(zookeeper, async ({ signal }) => {
      await untilAborted(signal).catch(() => (cleanedUp = true));
    });
    job.abort(interrupted);
    await expect(running).rejects.toBe(interrupted);
    expect(cleanedUp).toBe(true);
    expect(sink.events.at(-1)).toMatchObject({ type: "step-failed", error: interrupted });
  });

  it("keeps later steps from starting their work", async () => {
    const { step } = setUp({ signal: AbortSignal.abort(interrupted) });
    let started = false;
    await expect(step(zookeeper, () => void (started = true))).rejects.toBe(interrupted);
    expect(started).toBe(false);
  });
});
