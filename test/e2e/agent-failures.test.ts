// Agents that are killed, come back as they were or otherwise, or are taken out of service: what a framework and an operator
// of a real Mesos are told then.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { SmallCluster } from "./support/engine.ts";
import { Framework } from "./support/framework.ts";
import { isAlive } from "./support/signals.ts";
import { until } from "./support/until.ts";

let cluster: SmallCluster;
afterEach(async () => {
  await cluster.remove();
});

const PINGS = { agent_ping_timeout: "1secs", max_agent_ping_timeouts: 3 };
const CHECKPOINTING = { checkpoint: true, failover_timeout: 600 };
const partitionAware = { capabilities: [{ type: "PARTITION_AWARE" as const }] };

/** A task whose process is known, on an agent that can be killed. */
async function withTask(info: object = {}) {
  cluster = await SmallCluster.start({ master: PINGS });
  const agent = cluster.startAgent();
  const { id } = await cluster.activeAgent();
  const framework = await Framework.subscribe(cluster.http, cluster.master, { ...CHECKPOINTING, ...info });
  const pidFile = `${cluster.folder}/task.pid`;
  const offer = await framework.offer();
  const launched = framework.stream.mark();
  await framework.run(offer, "t1", `echo $$ > ${pidFile}; exec sleep 1000`);
  await until("the task has told its process", () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
  await until("the agent has written down that both updates are acknowledged", () => acknowledgements() === 2);
  // What the task does not use.
  await framework.offer(launched);
  return { agent, id, framework, taskPid: Number(readFileSync(pidFile, "utf8")) };
}

/** How many are on the agent's disk: those that are not are asked for again after a restart. */
function acknowledgements(): number {
  const files = readdirSync(cluster.folder, { recursive: true, encoding: "utf8" });
  // `latest` leads to the same files once more.
  const updates = files.filter((file) => file.endsWith("task.updates") && !file.includes("latest"));
  return updates.flatMap((file) => readFileSync(join(cluster.folder, file), "utf8").match(/"acknowledged"/g) ?? [])
    .length;
}

describe("an agent killed -9", () => {
  it.each([
    ["TASK_LOST", "TASK_LOST", {}],
    ["TASK_UNREACHABLE", "TASK_UNKNOWN", partitionAware],
  ] as const)(
    "has its offers rescinded, its tasks told as %s, and its executor back with it when it is started again",
    async (state, unknown, info) => {
      const { agent, id, framework, taskPid } = await withTask(info);
      const killed = framework.stream.mark();
      await agent.kill();
      const status = await framework.update("t1", state, killed);
      expect(status).toMatchObject({
        ...{ source: "SOURCE_MASTER", reason: "REASON_AGENT_REMOVED", message: "health check timed out" },
      });
      expect(status).not.toHaveProperty("uuid");
      await framework.stream.wait(({ type }) => type === "FAILURE", { since: killed });
      expect(framework.types(killed)).toEqual(["RESCIND", "UPDATE", "FAILURE"]);
      expect(framework.stream.events.at(-1)).toEqual({ type: "FAILURE", failure: { agent_id: { value: id } } });

      const asked = framework.stream.mark();
      await framework.call({ type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "t1" } }] } });
      const { event } = await framework.stream.wait(({ type }) => type === "UPDATE", { since: asked });
      const known = { reason: "REASON_RECONCILIATION", message: "Reconciliation: Task is unknown" };
      expect(event).toMatchObject({ update: { status: { state: unknown, ...known } } });

      const restarted = framework.stream.mark();
      cluster.startAgent();
      expect(await framework.update("t1", "TASK_RUNNING", restarted)).toMatchObject({
        ...{ source: "SOURCE_MASTER", reason: "REASON_AGENT_REREGISTERED" },
        message: "Unreachable agent re-reregistered",
      });
      expect((await framework.offer(restarted)).agent_id).toEqual({ value: id });
      expect(isAlive(taskPid)).toBe(true);
      const kill = framework.stream.mark();
      await framework.call({ type: "KILL", kill: { task_id: { value: "t1" } } });
      await framework.update("t1", "TASK_KILLED", kill);
      await until("the task is gone", () => !isAlive(taskPid));
    },
  );

  it("sends an update again after its restart that was not acknowledged", async () => {
    cluster = await SmallCluster.start({ master: PINGS });
    const agent = cluster.startAgent();
    await cluster.activeAgent();
    const framework = await Framework.subscribe(cluster.http, cluster.master, CHECKPOINTING);
    await framework.launch(await framework.offer(), "t1", "exit 3");
    await framework.acknowledge(await framework.update("t1", "TASK_STARTING"));
    await framework.acknowledge(await framework.update("t1", "TASK_RUNNING"));
    const { uuid } = await framework.update("t1", "TASK_FAILED");
    await agent.kill();
    const killed = framework.stream.mark();
    cluster.startAgent();
    const again = await framework.update("t1", "TASK_FAILED", killed);
    expect(again).toMatchObject({ uuid, message: "Command exited with status 3" });
    await framework.acknowledge(again);
  });

  it("ends what it has left and then itself with --recover=cleanup", async () => {
    const { agent, taskPid } = await withTask();
    await agent.kill();
    expect(isAlive(taskPid)).toBe(true);
    const cleaning = cluster.startAgent({ recover: "cleanup" });
    expect(await cleaning.ended()).toBe(0);
    await until("the task is gone", () => !isAlive(taskPid));
  });
});

describe("an agent that finds no master", () => {
  it("says what it is, and where it looks for one, without the password", async () => {
    cluster = await SmallCluster.start();
    const agent = cluster.startAgent({ master: "zk://user:secret@127.0.0.1:1/mesos" });
    await agent.says("Looking for the leading master at zk://127.0.0.1:1/mesos");
    expect(agent.stderr).toMatch(/Mesos agent started on \(1\)@127\.0\.0\.1:\d+/);
    expect(agent.stderr).toContain("Agent resources: cpus:4; mem:4096; disk:10000; ports:[9000-9010]");
    expect(agent.stderr).toContain("Agent attributes: [ rack:r2d2 ]");
  });
});

describe("an agent with other attributes or resources on its old work_dir", () => {
  async function restarted(flags: Record<string, string>) {
    cluster = await SmallCluster.start();
    const agent = cluster.startAgent();
    const { id } = await cluster.activeAgent();
    await agent.kill();
    return { id, again: cluster.startAgent(flags) };
  }

  it("does not start, and says how it would", async () => {
    const { again } = await restarted({ attributes: "rack:c3po" });
    expect(await again.ended()).toBe(1);
    await again.says("EXIT with status 1: Failed to perform recovery: Incompatible agent info detected.");
    await again.says(`rm -f ${cluster.workDirectory}/meta/slaves/latest`);
  });

  it.each([
    ["attributes", "rack:c3po", "Value of text attribute 'rack' changed from r2d2 to c3po"],
    ["attributes", "pod:demo", "Couldn't find attribute rack=r2d2"],
    [
      ...(["resources", "cpus:2;mem:4096;disk:10000;ports:[9000-9010]"] as const),
      "Value of scalar resource 'cpus' decreased from 4 to 2",
    ],
  ] as const)(
    "does not start with fewer of them, whatever --reconfiguration_policy says: %s=%s",
    async (flag, value, why) => {
      const { again } = await restarted({ reconfiguration_policy: "additive", [flag]: value });
      expect(await again.ended()).toBe(1);
      await again.says(`Configuration change not permitted under 'additive' policy: ${why}`);
    },
  );

  it("is the same agent with more of them and --reconfiguration_policy=additive", async () => {
    const attributes = "rack:r2d2;pod:demo";
    const resources = "cpus:6;mem:4096;disk:10000;ports:[9000-9010]";
    const { id } = await restarted({ reconfiguration_policy: "additive", attributes, resources });
    const agent = await until("the agent is back", async () => {
      const shown = await cluster.agent();
      return shown?.active === true && "pod" in shown.attributes && shown;
    });
    expect(agent).toMatchObject({ id, attributes: { rack: "r2d2", pod: "demo" }, resources: { cpus: 6 } });
  });
});

describe("an operator", () => {
  it("drains an idle agent, and brings it back", async () => {
    cluster = await SmallCluster.start();
    cluster.startAgent();
    const { id } = await cluster.activeAgent();
    const agent_id = { value: id };
    expect(await cluster.operate({ type: "DRAIN_AGENT", drain_agent: { agent_id } })).toEqual({
      status: 200,
      body: "",
    });
    expect(await cluster.agent()).toMatchObject({
      ...{ active: false, deactivated: true, drain_info: { state: "DRAINED", config: { mark_gone: false } } },
    });
    const framework = await Framework.subscribe(cluster.http, cluster.master);
    await cluster.operate({ type: "REACTIVATE_AGENT", reactivate_agent: { agent_id } });
    expect((await framework.offer()).agent_id).toEqual(agent_id);
    const shown = await cluster.agent();
    expect(shown).toMatchObject({ active: true, deactivated: false });
    expect(shown).not.toHaveProperty("drain_info");
  });

  it("drains an agent of its task", async () => {
    const { id, framework } = await withTask();
    await cluster.operate({ type: "DRAIN_AGENT", drain_agent: { agent_id: { value: id } } });
    expect(await cluster.agent()).toMatchObject({ drain_info: { state: "DRAINING" } });
    await framework.acknowledge(await framework.update("t1", "TASK_KILLED"));
    await until("the agent is drained", async () => {
      const info = (await cluster.agent())?.drain_info as { state: string } | undefined;
      return info?.state === "DRAINED";
    });
  });

  it("gives an agent up, which ends it", async () => {
    const { agent, id, framework } = await withTask(partitionAware);
    const agent_id = { value: id };
    const before = framework.stream.mark();
    expect(await cluster.operate({ type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id } })).toEqual({
      ...{ status: 200, body: "" },
    });
    await framework.update("t1", "TASK_GONE_BY_OPERATOR", before);
    await framework.stream.wait(({ type }) => type === "FAILURE", { since: before });
    await agent.ended();
    expect(
      await cluster.operate({ type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id: { value: "nope" } } }),
    ).toEqual({
      ...{ status: 404, body: "Agent 'nope' not found" },
    });
  });
});
