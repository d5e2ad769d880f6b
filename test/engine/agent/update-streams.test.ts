import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { UpdateStreams } from "../../../src/engine/agent/update-streams.ts";
import type { StatusUpdate } from "../../../src/engine/protocol.ts";
import type { TaskState } from "../../../src/mesos/types.ts";
import { FakeClock } from "../support/fake-clock.ts";

let clock: FakeClock;
let sent: string[];
let streams: UpdateStreams;

const update = (uuid: string, state: TaskState, task = "t1"): StatusUpdate => ({
  framework_id: { value: "f1" },
  agent_id: { value: "a1" },
  status: { task_id: { value: task }, state, uuid },
});
const newStreams = (): UpdateStreams =>
  new UpdateStreams({
    clock,
    forward: ({ status, latest_state }) => sent.push(`${status.uuid ?? ""} ${latest_state ?? ""}`),
  });
const newFile = (): string => join(mkdtempSync(join(tmpdir(), "updates-")), "task.updates");

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  streams = newStreams();
  streams.resume();
});

describe("UpdateStreams", () => {
  it("sends one update of a task at a time, in order", () => {
    streams.add(update("1", "TASK_STARTING"), undefined);
    streams.add(update("2", "TASK_RUNNING"), undefined);
    expect(sent).toEqual(["1 TASK_STARTING"]);
    streams.acknowledge("f1", "t1", "1");
    expect(sent).toEqual(["1 TASK_STARTING", "2 TASK_RUNNING"]);
  });

  it("sends updates of different tasks side by side", () => {
    streams.add(update("1", "TASK_RUNNING", "t1"), undefined);
    streams.add(update("2", "TASK_RUNNING", "t2"), undefined);
    expect(sent).toEqual(["1 TASK_RUNNING", "2 TASK_RUNNING"]);
  });

  it("repeats an update after 10 seconds, and then at twice the interval, telling the newest state", async () => {
    streams.add(update("1", "TASK_STARTING"), undefined);
    streams.add(update("2", "TASK_RUNNING"), undefined);
    await clock.advance(10_000);
    expect(sent).toEqual(["1 TASK_STARTING", "1 TASK_RUNNING"]);
    await clock.advance(19_000);
    expect(sent).toHaveLength(2);
    await clock.advance(1_000);
    expect(sent).toHaveLength(3);
  });

  it("stops repeating once acknowledged", async () => {
    streams.add(update("1", "TASK_RUNNING"), undefined);
    streams.acknowledge("f1", "t1", "1");
    await clock.advance(60_000);
    expect(sent).toEqual(["1 TASK_RUNNING"]);
  });

  it("waits while there is no master, and sends what is in flight when there is one", async () => {
    streams.pause();
    streams.add(update("1", "TASK_RUNNING"), undefined);
    await clock.advance(60_000);
    expect(sent).toEqual([]);
    streams.resume();
    expect(sent).toEqual(["1 TASK_RUNNING"]);
  });

  it("takes an update that comes twice only once", () => {
    expect(streams.add(update("1", "TASK_RUNNING"), undefined)).toBe(true);
    expect(streams.add(update("1", "TASK_RUNNING"), undefined)).toBe(false);
  });

  it("disregards acknowledgements of anything but the update in flight", () => {
    streams.add(update("1", "TASK_STARTING"), undefined);
    streams.add(update("2", "TASK_RUNNING"), undefined);
    expect(streams.acknowledge("f1", "t1", "2")).toBeUndefined();
    expect(streams.acknowledge("f1", "other", "1")).toBeUndefined();
  });

  it("says when the last update of a task is acknowledged", () => {
    streams.add(update("1", "TASK_FINISHED"), undefined);
    expect(streams.acknowledge("f1", "t1", "1")).toMatchObject({ streamEnded: true });
  });

  it("forgets a framework with all its tasks", async () => {
    streams.add(update("1", "TASK_RUNNING"), undefined);
    streams.forget("f1");
    await clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  it("goes on after a restart where it was", () => {
    const file = newFile();
    streams.add(update("1", "TASK_STARTING"), file);
    streams.add(update("2", "TASK_RUNNING"), file);
    streams.acknowledge("f1", "t1", "1");
    sent = [];
    const restarted = newStreams();
    expect(restarted.recover(file)).toMatchObject({ ended: false });
    restarted.resume();
    expect(sent).toEqual(["2 TASK_RUNNING"]);
    expect(restarted.add(update("1", "TASK_STARTING"), file)).toBe(false);
  });

  it("has nothing to send after a restart if all was acknowledged", () => {
    const file = newFile();
    streams.add(update("1", "TASK_FINISHED"), file);
    streams.acknowledge("f1", "t1", "1");
    expect(newStreams().recover(file).ended).toBe(true);
  });

  it("reads a file whose last line was cut short by a crash", () => {
    const file = newFile();
    streams.add(update("1", "TASK_RUNNING"), file);
    appendFileSync(file, '{"acknowl');
    expect(newStreams().recover(file).updates).toHaveLength(1);
  });
});
