// Task groups on an agent of their own: the executor and its containers live through a restart of the agent, and nothing of
// them is left when they are gone. What a framework is told of them otherwise is held to recordings (conformance.test.ts).
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Offer, TaskInfo, TaskStatus } from "../../src/mesos/types.ts";
import { SmallCluster } from "./support/engine.ts";
import { Framework } from "./support/framework.ts";
import { isAlive } from "./support/signals.ts";
import { until } from "./support/until.ts";

let cluster: SmallCluster;
afterEach(async () => {
  await cluster.remove();
});

const CHECKPOINTING = { checkpoint: true, failover_timeout: 600 };
const scalar = (name: string, value: number) => ({ name, type: "SCALAR" as const, scalar: { value } });

/** Launches tasks of these commands under the default executor `group`, and follows them until they run. */
async function runGroup(framework: Framework, offer: Offer, commands: Record<string, string>): Promise<void> {
  const tasks = Object.entries(commands).map(([id, value]): TaskInfo => ({
    ...{ name: id, task_id: { value: id }, agent_id: offer.agent_id, command: { value } },
    resources: [scalar("cpus", 0.1), scalar("mem", 32)],
  }));
  const executor = {
    ...{ type: "DEFAULT" as const, executor_id: { value: "group" }, framework_id: { value: framework.id } },
    resources: [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 32)],
  };
  const operations = [{ type: "LAUNCH_GROUP" as const, launch_group: { executor, task_group: { tasks } } }];
  await framework.call({ type: "ACCEPT", accept: { offer_ids: [offer.id], operations } });
  for (const id of Object.keys(commands)) await follow(framework, id, "TASK_RUNNING");
}

const followed = new WeakSet<object>();

/** Acknowledges what is told of a task, also what is told again, until it is in that state. */
async function follow(framework: Framework, id: string, state: TaskStatus["state"]): Promise<TaskStatus> {
  for (;;) {
    const { event } = await framework.stream.wait(
      (one) => one.type === "UPDATE" && one.update.status.task_id.value === id && !followed.has(one),
      { limitMs: 60_000 },
    );
    followed.add(event);
    if (event.type !== "UPDATE") throw new Error("not an UPDATE");
    await framework.acknowledge(event.update.status);
    if (event.update.status.state === state) return event.update.status;
  }
}

async function failureOf(framework: Framework): Promise<number | undefined> {
  const { event } = await framework.stream.wait(({ type }) => type === "FAILURE", { limitMs: 60_000 });
  return event.type === "FAILURE" ? event.failure.status : undefined;
}

const tells = (name: string): string => `echo $$ > ${cluster.folder}/${name}.pid; exec sleep 1000`;

async function pidOf(name: string): Promise<number> {
  const file = join(cluster.folder, `${name}.pid`);
  await until(`${name} has told its process`, () => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
  return Number(readFileSync(file, "utf8"));
}

describe("a task group", () => {
  it("runs on while its agent is killed and started again, and ends in order", async () => {
    cluster = await SmallCluster.start();
    const agent = cluster.startAgent();
    await cluster.activeAgent();
    const framework = await Framework.subscribe(cluster.http, cluster.master, CHECKPOINTING);
    const go = join(cluster.folder, "go");
    const waits = `until test -e ${go}; do sleep 0.05; done; exit 4`;
    await runGroup(framework, await framework.offer(), { g1: waits, g2: tells("g2") });
    const pid = await pidOf("g2");
    await agent.kill();
    cluster.startAgent();
    await cluster.activeAgent();
    expect(isAlive(pid)).toBe(true);
    writeFileSync(go, "");
    expect(await follow(framework, "g1", "TASK_FAILED")).toMatchObject({ message: "Command exited with status 4" });
    expect(await follow(framework, "g2", "TASK_KILLED")).toMatchObject({
      message: "Command terminated with signal Terminated",
    });
    expect(await failureOf(framework)).toBe(0);
    expect(isAlive(pid)).toBe(false);
    await until(
      "nothing of the containers is left",
      () => readdirSync(join(cluster.folder, "run/containers")).length === 0,
    );
  });

  it("is gone with all its processes when its executor is killed", async () => {
    cluster = await SmallCluster.start();
    cluster.startAgent();
    await cluster.activeAgent();
    const framework = await Framework.subscribe(cluster.http, cluster.master);
    await runGroup(framework, await framework.offer(), { g1: tells("g1"), g2: tells("g2") });
    const tasks = await Promise.all(["g1", "g2"].map(pidOf));
    const containers = join(cluster.folder, "run/containers");
    const [id = ""] = readdirSync(containers);
    const note = JSON.parse(readFileSync(join(containers, id, "container.json"), "utf8")) as {
      executor: { pid: number };
    };
    process.kill(note.executor.pid, "SIGKILL");
    const lost = { source: "SOURCE_AGENT", reason: "REASON_EXECUTOR_TERMINATED", message: "Executor terminated" };
    for (const task of ["g1", "g2"]) expect(await follow(framework, task, "TASK_FAILED")).toMatchObject(lost);
    expect(await failureOf(framework)).toBe(9);
    await until("its processes are gone", () => tasks.every((pid) => !isAlive(pid)));
    await until("nothing of the containers is left", () => readdirSync(containers).length === 0);
  });
});
