import { existsSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OperationUpdate } from "../../../src/engine/protocol.ts";
import type { ResourceOperation } from "../../../src/mesos/operations.ts";
import { scalarResource } from "../../../src/mesos/resources.ts";
import type { Resource } from "../../../src/mesos/types.ts";
import {
  AGENT_ID,
  commandTask,
  FRAMEWORK,
  recoverTestAgent,
  runTask,
  type TestAgent,
  TestExecutor,
} from "../support/agent-harness.ts";

const reservations = [{ type: "DYNAMIC", role: "eng/ops", principal: "me" }];
const cpus = (value: number): Resource => ({ ...scalarResource("cpus", value), reservations });
const volume = (path = "data"): Resource => ({
  ...{ ...cpus(1), name: "disk" },
  disk: { persistence: { id: "v1" }, volume: { container_path: path, mode: "RW" } },
});
const unmade = { ...scalarResource("disk", 1), reservations };

function start(workDir?: string): TestAgent {
  const resources = [scalarResource("cpus", 4), scalarResource("disk", 100)];
  const test = recoverTestAgent({ ...(workDir === undefined ? {} : { workDir }), resources });
  test.agent.registered(AGENT_ID);
  return test;
}

function apply(test: TestAgent, operation: ResourceOperation, uuid = "b3Bx"): void {
  const apply_operation = { framework_id: FRAMEWORK.id!, operation_info: operation, operation_uuid: { value: uuid } };
  test.agent.handle({ type: "APPLY_OPERATION", apply_operation });
}

const updates = (test: TestAgent): OperationUpdate[] =>
  test.sent.flatMap((message) => (message.type === "OPERATION_UPDATE" ? [message.operation_update] : []));
const amounts = (test: TestAgent): string[] =>
  test.agent.resources.total.map(
    ({ name, scalar, reservations: held }) => `${name}${held ? "!" : ""}:${scalar?.value ?? ""}`,
  );
const folder = (test: TestAgent): string => join(test.workDir, "volumes", "roles", "eng ops", "v1");

const reserve: ResourceOperation = { type: "RESERVE", reserve: { resources: [cpus(1), unmade] } };
const create: ResourceOperation = { type: "CREATE", create: { volumes: [volume()] } };

describe("operations on an agent's resources", () => {
  it("change what it has, and survive it", () => {
    const test = start();
    apply(test, reserve);
    expect(amounts(test)).toEqual(["cpus:3", "disk:99", "cpus!:1", "disk!:1"]);
    expect(amounts(start(test.workDir))).toEqual(amounts(test));
  });

  it("are told once where nobody has named them", () => {
    const test = start();
    apply(test, reserve);
    expect(updates(test)).toMatchObject([
      { operation_uuid: { value: "b3Bx" }, status: { state: "OPERATION_FINISHED" } },
    ]);
    expect(test.agent.report().operations).toEqual([]);
  });

  it("are told again until that is acknowledged, also after a restart", async () => {
    const test = start();
    apply(test, { ...reserve, id: { value: "o" } });
    await test.clock.advance(10_000);
    const [first, second] = updates(test);
    expect(second).toEqual(first);
    const restarted = start(test.workDir);
    expect(updates(restarted)).toEqual([first]);
    expect(restarted.agent.report().operations).toMatchObject([{ info: { id: { value: "o" } } }]);
    const acknowledge_operation = { operation_uuid: { value: "b3Bx" }, status_uuid: first!.status.uuid! };
    restarted.agent.handle({ type: "ACKNOWLEDGE_OPERATION", acknowledge_operation });
    await restarted.clock.advance(60_000);
    expect(updates(restarted)).toHaveLength(1);
    expect(start(test.workDir).agent.report().operations).toEqual([]);
  });

  it("are dropped where the agent has not what they need", () => {
    const test = start();
    apply(test, create);
    expect(updates(test)).toMatchObject([{ status: { state: "OPERATION_DROPPED" } }]);
  });

  it("make and remove the folders of volumes", () => {
    const test = start();
    apply(test, reserve);
    apply(test, create);
    writeFileSync(join(folder(test), "file"), "kept");
    start(test.workDir);
    expect(readFileSync(join(folder(test), "file"), "utf8")).toBe("kept");
    apply(test, { type: "DESTROY", destroy: { volumes: [volume()] } });
    expect(existsSync(folder(test))).toBe(false);
    expect(amounts(test)).toContain("disk!:1");
  });
});

describe("a persistent volume", () => {
  const withVolume = (path?: string) => commandTask("t1", { resources: [cpus(0.5), volume(path)] });

  async function started(path?: string) {
    const test = start();
    apply(test, reserve);
    apply(test, create);
    return { test, executor: await runTask(test, withVolume(path)) };
  }

  it.each(["data", "a/b", "/abs"])("is linked into the sandbox of its task at %s, until that ends", async (path) => {
    const { test, executor } = await started(path);
    const link = join(executor.directory, path);
    expect(readlinkSync(link)).toBe(folder(test));
    writeFileSync(join(link, "file"), "x");
    expect((await test.agent.options.files.list(link)).status).toBe(200);
    new TestExecutor(test, executor).update("t1", "TASK_FINISHED");
    expect(existsSync(link)).toBe(false);
    expect(readFileSync(join(folder(test), "file"), "utf8")).toBe("x");
  });

  it.each(["../out", "stdout", "."])("fails its task where it cannot be shown: %s", async (path) => {
    const { test } = await started(path);
    const states = test.sent.flatMap((message) => (message.type === "UPDATE" ? [message.update.status] : []));
    expect(states).toMatchObject([{ state: "TASK_FAILED", reason: "REASON_CONTAINER_LAUNCH_FAILED" }]);
  });

  it("is mounted into the container of a task with an image", async () => {
    const test = start();
    apply(test, reserve);
    apply(test, create);
    const container = { type: "DOCKER" as const, docker: { image: "nginx" } };
    const executor = await runTask(test, { ...withVolume(), container });
    const { events } = new TestExecutor(test, executor);
    const launch = events.find((event) => event.type === "LAUNCH");
    expect(launch).toMatchObject({
      launch: {
        task: {
          container: { volumes: [{ container_path: "/mnt/mesos/sandbox/data", host_path: folder(test), mode: "RW" }] },
        },
      },
    });
  });
});
