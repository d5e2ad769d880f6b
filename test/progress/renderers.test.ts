import { describe, expect, it } from "vitest";
import { MesosUpError } from "../../src/errors.ts";
import type { ProgressEvent } from "../../src/progress/events.ts";
import { formatDuration } from "../../src/progress/format.ts";
import { createJsonRenderer } from "../../src/progress/json-renderer.ts";
import { createPlainRenderer } from "../../src/progress/plain-renderer.ts";
import { RecordingSink } from "../../src/progress/recording-sink.ts";
import { createRenderer, wantsColour } from "../../src/progress/renderer.ts";
import { createTerminalRenderer } from "../../src/progress/terminal-renderer.ts";
import { FakeClock } from "./fake-clock.ts";

class FakeStream {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows = 20;

  constructor(isTTY = false, columns = 40) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

const failure = new MesosUpError("The port is taken.", { code: "PORT_TAKEN", hint: "Free it." });
const started = (step: string, title: string, atMs: number): ProgressEvent => ({
  type: "step-started",
  step,
  title,
  atMs,
});
const job: ProgressEvent[] = [
  started("kit", "The runtime kit is there", 0),
  { type: "step-skipped", step: "kit", title: "The runtime kit is there", detail: "fetched before", atMs: 2 },
  started("zk", "ZooKeeper answers", 2),
  { type: "step-progress", step: "zk", message: "unpacking", fraction: 0.255, atMs: 100 },
  { type: "step-progress", step: "zk", message: "unpacking", fraction: 0.5, atMs: 6000 },
  { type: "step-progress", step: "zk", message: "unpacking", fraction: 0.6, atMs: 6100 },
  { type: "step-note", step: "zk", message: "Java 17", atMs: 6200 },
  { type: "step-done", step: "zk", title: "ZooKeeper answers", detail: "127.0.0.1:2181", elapsedMs: 6300, atMs: 6302 },
  started("master", "A master leads", 6302),
  { type: "step-failed", step: "master", title: "A master leads", error: failure, elapsedMs: 312.4, atMs: 6614 },
];

/** How many timers keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

describe("plain lines", () => {
  it("tell each step when it has ended, and of a long one how far it is", async () => {
    const clock = new FakeClock();
    const stream = new FakeStream();
    const renderer = createPlainRenderer({ stream, colour: false, clock });
    for (const event of job) {
      await clock.advance(event.atMs - clock.nowMs());
      renderer.emit(event);
    }
    renderer.close();
    expect(stream.text.split("\n")).toEqual([
      "– The runtime kit is there · fetched before",
      "… ZooKeeper answers: unpacking 25 % (5.0 s)",
      "  Java 17",
      "✓ ZooKeeper answers · 127.0.0.1:2181 6.3 s",
      "✗ A master leads 312 ms",
      "",
    ]);
    expect(clock.pending).toBe(0);
  });

  it("show that a step lives from which nothing new comes, with what it said last", async () => {
    const clock = new FakeClock();
    const stream = new FakeStream();
    const renderer = createPlainRenderer({ stream, colour: false, clock });
    renderer.emit(started("master", "A master leads", 0));
    await clock.advance(6000);
    renderer.emit({ type: "step-progress", step: "master", message: "it answered SUBSCRIBE with 500", atMs: 6000 });
    await clock.advance(10_000);
    expect(stream.text.split("\n")).toEqual([
      "… A master leads (5.0 s)",
      "… A master leads: it answered SUBSCRIBE with 500 (10.0 s)",
      "… A master leads: it answered SUBSCRIBE with 500 (15.0 s)",
      "",
    ]);
    renderer.close();
    expect(clock.pending).toBe(0);
  });

  it("do not keep the process alive", () => {
    const renderer = createPlainRenderer({ stream: new FakeStream(), colour: false });
    const before = timers();
    renderer.emit(started("master", "A master leads", 0));
    expect(timers()).toBe(before);
    renderer.close();
  });
});

describe("JSON lines", () => {
  it("give every event, errors by their code and their sentences", () => {
    const stream = new FakeStream();
    const renderer = createJsonRenderer({ stream });
    for (const event of job) renderer.emit(event);
    const lines = stream.text.trimEnd().split("\n");
    expect(lines).toHaveLength(job.length);
    expect(JSON.parse(lines[0]!)).toEqual(job[0]);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      type: "step-failed",
      error: { code: "PORT_TAKEN", message: "The port is taken.", hint: "Free it." },
    });
  });
});

describe("a terminal", () => {
  it("shows what runs, with its time, cut to one line, and leaves what has ended", async () => {
    const clock = new FakeClock();
    const stream = new FakeStream(true);
    const renderer = createTerminalRenderer({ stream, colour: false, clock });
    renderer.emit(started("zk", "ZooKeeper answers", 0));
    renderer.emit({
      type: "step-progress",
      step: "zk",
      message: "fetching a great many packages",
      fraction: 0.1,
      atMs: 0,
    });
    await clock.advance(100);
    expect(stream.text).toContain("⠙ ZooKeeper answers · fetching a… 100 ms");
    renderer.emit({ type: "step-done", step: "zk", title: "ZooKeeper answers", elapsedMs: 150, atMs: 150 });
    expect(stream.text).toContain("✓ ZooKeeper answers 150 ms");
    await clock.advance(100);
    renderer.close();
    expect(clock.pending).toBe(0);
  });

  it("is let go of when progress is closed half-way", async () => {
    const clock = new FakeClock();
    const renderer = createTerminalRenderer({ stream: new FakeStream(true), colour: false, clock });
    renderer.emit(started("zk", "ZooKeeper answers", 0));
    await clock.advance(250);
    renderer.close();
    expect(clock.pending).toBe(0);
  });
});

describe("the choice of a renderer", () => {
  const plainOn = async (stream: FakeStream, env: Record<string, string>) => {
    const renderer = await createRenderer({ stream, env });
    renderer.emit({ type: "step-done", step: "a", title: "Done", elapsedMs: 1, atMs: 1 });
    renderer.close();
    return stream.text === "✓ Done 1 ms\n";
  };

  it("is lines that stay for a pipe, for CI, for a dumb terminal and for one without a size", async () => {
    expect(await plainOn(new FakeStream(false), {})).toBe(true);
    expect(await plainOn(new FakeStream(true), { CI: "true", NO_COLOR: "1" })).toBe(true);
    expect(await plainOn(new FakeStream(true), { TERM: "dumb" })).toBe(true);
    expect(await plainOn(new FakeStream(true, 0), { NO_COLOR: "1" })).toBe(true);
    expect(await plainOn(new FakeStream(true), {})).toBe(false);
  });

  it("can be forced", async () => {
    const stream = new FakeStream(true);
    const renderer = await createRenderer({ stream, kind: "json", env: {} });
    renderer.emit(job[0]!);
    expect(JSON.parse(stream.text)).toEqual(job[0]);
  });

  it("colours terminals, unless the environment says otherwise", () => {
    expect(wantsColour(new FakeStream(true), {})).toBe(true);
    expect(wantsColour(new FakeStream(true), { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour(new FakeStream(false), {})).toBe(false);
    expect(wantsColour(new FakeStream(false), { FORCE_COLOR: "1" })).toBe(true);
    expect(wantsColour(new FakeStream(true), { FORCE_COLOR: "0" })).toBe(false);
  });
});

describe("a recording", () => {
  it("keeps the steps that have ended and passes everything on", () => {
    const inner = new RecordingSink();
    const sink = new RecordingSink(inner);
    for (const event of job) sink.emit(event);
    expect(inner.events).toEqual(job);
    expect(sink.steps).toEqual([
      { id: "kit", title: "The runtime kit is there", outcome: "skipped", detail: "fetched before", elapsedMs: 0 },
      { id: "zk", title: "ZooKeeper answers", outcome: "done", detail: "127.0.0.1:2181", elapsedMs: 6300 },
      { id: "master", title: "A master leads", outcome: "failed", elapsedMs: 312.4 },
    ]);
  });
});

describe("durations", () => {
  it.each([
    [0.4, "0 ms"],
    [312.4, "312 ms"],
    [999.6, "1.0 s"],
    [1240, "1.2 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 0 s"],
    [125_000, "2 min 5 s"],
  ])("of %d ms read %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});
