import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { agentInfoFile, resourcesFile } from "../../../src/engine/agent/paths.ts";
import { recover, RecoveryError, startAnewHint } from "../../../src/engine/agent/recovery.ts";
import {
  acknowledge,
  AGENT_ID,
  CHECKPOINTING,
  commandTask,
  recoverTestAgent,
  runTask,
  startTestAgent,
  type TestAgent,
  TestExecutor,
  updatesOf,
} from "../support/agent-harness.ts";

/** The same agent after kill -9: what it had in memory is gone, what is on disk and in containers is not. */
function restart({ workDir, containers }: TestAgent, args: string[] = []): TestAgent {
  const restarted = recoverTestAgent({ workDir, containers, args });
  if (restarted.agent.id !== "") restarted.agent.registered(restarted.agent.id);
  return restarted;
}

describe("an agent started again on its work_dir", () => {
  it("is the same agent", () => {
    expect(restart(startTestAgent()).agent.id).toBe(AGENT_ID);
  });

  it("has its executors and tasks back", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING));
    executor.update("t1", "TASK_RUNNING");
    const { tasks, frameworks } = restart(test).agent.report();
    expect(tasks).toMatchObject([{ task_id: { value: "t1" }, state: "TASK_RUNNING" }]);
    expect(frameworks).toMatchObject([{ id: CHECKPOINTING.id }]);
  });

  it("sends updates that were not acknowledged", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING));
    const starting = executor.update("t1", "TASK_STARTING");
    const running = executor.update("t1", "TASK_RUNNING");
    acknowledge(test, "t1", starting);
    const restarted = restart(test);
    expect(updatesOf(restarted).map(({ status }) => status.uuid)).toEqual([running]);
  });

  it("takes an executor back with what it could not say meanwhile", async () => {
    const test = startTestAgent();
    new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING)).update("t1", "TASK_RUNNING");
    const restarted = restart(test);
    const [executor] = restarted.agent.book.executors();
    const finished = { task_id: { value: "t1" }, state: "TASK_FINISHED" as const, uuid: "bmV3" };
    const back = new TestExecutor(restarted, executor!, [finished]);
    expect(back.types()).toEqual(["SUBSCRIBED", "ACKNOWLEDGED"]);
    expect(restarted.agent.report().tasks).toMatchObject([{ state: "TASK_FINISHED" }]);
  });

  it("has an executor kill what was to be killed while it looked for its agent", async () => {
    const test = startTestAgent();
    new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING)).update("t1", "TASK_RUNNING");
    const restarted = restart(test);
    const [executor] = restarted.agent.book.executors();
    restarted.agent.handle({
      type: "KILL_TASK",
      kill_task: { framework_id: { value: executor!.frameworkId }, task_id: { value: "t1" } },
    });
    expect(new TestExecutor(restarted, executor!).types()).toEqual(["SUBSCRIBED", "KILL"]);
  });

  it("gives executors two seconds to come back", async () => {
    const test = startTestAgent();
    const { containerId } = await runTask(test, commandTask("t1"), CHECKPOINTING);
    const restarted = restart(test);
    await restarted.clock.advance(1_900);
    expect(restarted.containers.destroyed).toEqual([]);
    await restarted.clock.advance(200);
    expect(restarted.containers.destroyed).toEqual([containerId]);
  });

  it("destroys containers of frameworks that do not checkpoint", async () => {
    const test = startTestAgent();
    const { containerId } = await runTask(test, commandTask("t1"));
    expect(restart(test).containers.destroyed).toEqual([containerId]);
  });

  it("destroys all of them if it is to clean up", async () => {
    const test = startTestAgent();
    const { containerId } = await runTask(test, commandTask("t1"), CHECKPOINTING);
    expect(restart(test, ["--recover=cleanup"]).containers.destroyed).toEqual([containerId]);
  });

  it("fails the tasks of an executor that has vanished", async () => {
    const test = startTestAgent();
    new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING)).update("t1", "TASK_RUNNING");
    test.containers.notes.clear();
    const restarted = restart(test);
    expect(restarted.agent.report().tasks).toMatchObject([{ state: "TASK_FAILED" }]);
  });

  it("does not bring back what a framework that was torn down never acknowledged", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING));
    executor.update("t1", "TASK_RUNNING");
    test.agent.handle({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: CHECKPOINTING.id! } });
    executor.update("t1", "TASK_KILLED");
    test.agent.executors.exited(executor.executor, 0);
    test.containers.notes.clear();
    const restarted = restart(test);
    expect(restarted.agent.report()).toMatchObject({ tasks: [], frameworks: [] });
    expect(updatesOf(restarted)).toEqual([]);
    expect(restarted.agent.book.completedFrameworks).toHaveLength(1);
  });

  it("sends the end of a task whose executor has ended too, until it is acknowledged", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING));
    const uuid = executor.update("t1", "TASK_FINISHED");
    test.agent.executors.exited(executor.executor, 0);
    test.containers.notes.clear();
    const restarted = restart(test);
    expect(updatesOf(restarted).map(({ status }) => status.uuid)).toEqual([uuid]);
    acknowledge(restarted, "t1", uuid);
    expect(restarted.agent.book.completedFrameworks).toHaveLength(1);
  });

  it("does not bring back what was over and acknowledged", async () => {
    const test = startTestAgent();
    const executor = new TestExecutor(test, await runTask(test, commandTask("t1"), CHECKPOINTING));
    const uuid = executor.update("t1", "TASK_FINISHED");
    test.agent.executors.exited(executor.executor, 0);
    acknowledge(test, "t1", uuid);
    test.containers.notes.clear();
    const restarted = restart(test);
    expect(restarted.agent.report().tasks).toEqual([]);
    expect(restarted.agent.book.completedFrameworks).toHaveLength(1);
  });

  it.each(["garbage", '{"id": {"value"'])("refuses to begin with %j for what it noted of itself", (content) => {
    const test = startTestAgent();
    const file = agentInfoFile(test.workDir, AGENT_ID);
    writeFileSync(file, content);
    expect(() => restart(test)).toThrow(RecoveryError);
    expect(() => restart(test)).toThrow(/^Failed to perform recovery: Failed to read '.*': .*, possible corruption$/);
  });

  it.each([
    [agentInfoFile, true],
    [resourcesFile, false],
  ])("advises to begin anew where that leaves out what is damaged (%#)", (fileOf, helps) => {
    const test = startTestAgent();
    mkdirSync(dirname(fileOf(test.workDir, AGENT_ID)), { recursive: true });
    writeFileSync(fileOf(test.workDir, AGENT_ID), "garbage");
    const hint = (): string => {
      try {
        restart(test);
        return "none";
      } catch (error) {
        return startAnewHint(error as RecoveryError, test.workDir);
      }
    };
    expect(hint()).toEqual(helps ? expect.stringContaining("meta/slaves/latest") : "");
  });

  it("begins anew where the machine went down before that was on its disk, as a real one does", () => {
    const test = startTestAgent();
    writeFileSync(agentInfoFile(test.workDir, AGENT_ID), "");
    expect(restart(test).agent.id).toBe("");
  });

  it("refuses to be another one under the same name", () => {
    const test = startTestAgent();
    const changed = startTestAgent({ workDir: test.workDir, register: false });
    changed.agent.options.info.attributes = [{ name: "rack", type: "TEXT", text: { value: "c3po" } }];
    expect(() => recover(changed.agent)).toThrow("Failed to perform recovery: Incompatible agent info detected.");
  });
});
