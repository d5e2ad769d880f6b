import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { watchDisk } from "../../../src/engine/agent/disk-watch.ts";
import { executorDirectories, frameworkDirectories } from "../../../src/engine/agent/paths.ts";
import { silentLog } from "../../../src/engine/common/log.ts";
import {
  acknowledge,
  AGENT_ID,
  CHECKPOINTING,
  commandTask,
  FRAMEWORK,
  recoverTestAgent,
  runTask,
  startTestAgent,
  type TestAgent,
  TestExecutor,
} from "../support/agent-harness.ts";

const HOUR_MS = 3_600_000;
const ARGS = ["--gc_delay=10hrs"];

/** A task from its launch to the acknowledgement of its end; gives back its executor's folders and its sandbox. */
async function finishTask(test: TestAgent, id: string, framework = CHECKPOINTING) {
  const executor = await runTask(test, commandTask(id), framework);
  const uuid = new TestExecutor(test, executor).update(id, "TASK_FINISHED");
  test.containers.notes.delete(executor.containerId);
  test.agent.executors.exited(executor, 0);
  acknowledge(test, id, uuid);
  const key = { agentId: AGENT_ID, frameworkId: FRAMEWORK.id?.value ?? "", executorId: id };
  return { executor: executorDirectories(test.workDir, key), framework: frameworkDirectories(test.workDir, key) };
}

const restart = ({ workDir, containers }: TestAgent): TestAgent =>
  recoverTestAgent({ workDir, containers, args: ARGS });

const there = (paths: string[]): boolean[] => paths.map((path) => existsSync(path));

/** What was moved away is deleted when the disk has time for it. */
const wasteIsGone = (test: TestAgent): Promise<void> =>
  vi.waitFor(() => expect(readdirSync(join(test.workDir, "waste"))).toEqual([]), { timeout: 30_000 });

describe("garbage collection", () => {
  it("removes the folders of an executor and its framework --gc_delay after their end", async () => {
    const test = startTestAgent({ args: ARGS });
    const { executor, framework } = await finishTask(test, "t1");
    await test.clock.advance(9.9 * HOUR_MS);
    expect(there([...executor, ...framework])).toEqual([true, true, true, true]);
    await test.clock.advance(0.2 * HOUR_MS);
    expect(there([...executor, ...framework])).toEqual([false, false, false, false]);
    expect(test.agent.garbage.pending).toBe(0);
    await wasteIsGone(test);
  });

  it("keeps what a framework has running", async () => {
    const test = startTestAgent({ args: ARGS });
    const living = await runTask(test, commandTask("t2"), CHECKPOINTING);
    const { executor, framework } = await finishTask(test, "t1");
    await test.clock.advance(11 * HOUR_MS);
    expect(there(executor)).toEqual([false, false]);
    expect(there([...framework, living.directory])).toEqual([true, true, true]);
  });

  it("keeps the folders of an executor that is launched once more, but not its former sandbox", async () => {
    const test = startTestAgent({ args: ARGS });
    await finishTask(test, "t1");
    const [first] = test.agent.book.completedFrameworks.flatMap((one) => one.completedExecutors);
    await test.clock.advance(5 * HOUR_MS);
    const second = await runTask(test, commandTask("t1"), CHECKPOINTING);
    await test.clock.advance(6 * HOUR_MS);
    expect(there([first!.directory, second.directory])).toEqual([false, true]);
  });

  it("does not wait where it has nothing to tell the framework of", async () => {
    const test = startTestAgent({ args: ARGS });
    const executor = await runTask(test, commandTask("t1"));
    new TestExecutor(test, executor).update("t1", "TASK_FINISHED");
    test.agent.executors.exited(executor, 0);
    await test.clock.advance(11 * HOUR_MS);
    expect(existsSync(executor.directory)).toBe(true);
    test.agent.handle({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: FRAMEWORK.id! } });
    await test.clock.advance(11 * HOUR_MS);
    expect(existsSync(executor.directory)).toBe(false);
  });

  it("shows nothing of what it has removed", async () => {
    const test = startTestAgent({ args: ARGS });
    await finishTask(test, "t1");
    const { files } = test.agent.options;
    const path = "/frameworks/framework-0000/executors/t1/runs/latest";
    expect((await files.list(path)).status).toBe(200);
    await test.clock.advance(11 * HOUR_MS);
    expect((await files.list(path)).status).toBe(404);
  });

  it("goes on after a restart of the agent", async () => {
    const test = startTestAgent({ args: ARGS });
    const { executor, framework } = await finishTask(test, "t1");
    const again = restart(test);
    await again.clock.advance(11 * HOUR_MS);
    expect(there([...executor, ...framework])).toEqual([false, false, false, false]);
  });

  it("removes the agents that were on this work_dir before, and what was being removed", async () => {
    const test = startTestAgent({ args: ARGS });
    const old = join(test.workDir, "slaves", "old-S0", "frameworks");
    const waste = join(test.workDir, "waste", "some");
    for (const path of [old, waste]) mkdirSync(path, { recursive: true });
    writeFileSync(join(waste, "file"), "x");
    const again = restart(test);
    await again.clock.advance(11 * HOUR_MS);
    expect(readdirSync(join(test.workDir, "slaves"))).not.toContain("old-S0");
    await vi.waitFor(() => expect(existsSync(waste)).toBe(false), { timeout: 30_000 });
  });
});

describe("a disk that fills up", () => {
  it.each([
    { used: 0.4, afterHours: 5, removed: true },
    { used: 0.4, afterHours: 4, removed: false },
    { used: 0.95, afterHours: 0, removed: true },
  ])("has sandboxes removed earlier: $used used, $afterHours hours old", async ({ used, afterHours, removed }) => {
    const test = startTestAgent({ args: ARGS });
    const { executor } = await finishTask(test, "t1");
    await test.clock.advance(afterHours * HOUR_MS);
    watchDisk({
      ...{ clock: test.clock, log: silentLog, garbage: test.agent.garbage, usage: () => used },
      ...{ intervalMs: 60_000, delayMs: 10 * HOUR_MS, headroom: 0.1 },
    });
    expect(there(executor)).toEqual([!removed, !removed]);
  });

  it("is looked at again and again", async () => {
    const test = startTestAgent({ args: ARGS });
    await finishTask(test, "t1");
    let used = 0;
    watchDisk({
      ...{ clock: test.clock, log: silentLog, garbage: test.agent.garbage, usage: () => used },
      ...{ intervalMs: 60_000, delayMs: 10 * HOUR_MS, headroom: 0.1 },
    });
    expect(test.agent.garbage.succeeded).toBe(0);
    used = 1;
    await test.clock.advance(60_000);
    expect(test.agent.garbage.succeeded).toBeGreaterThan(0);
  });
});
