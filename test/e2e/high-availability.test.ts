// Three ZooKeeper servers and three masters, of which any one may go away: who leads, what the others answer, and what a
// framework and an agent notice when the leader is killed. As recorded of a real Mesos.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ZooKeeperSession } from "../../src/client/zookeeper-session.ts";
import { parseClusterFile, startCluster } from "../../src/index.ts";
import { PlainHttp } from "../conformance/probe/plain-http.ts";
import { Framework } from "./support/framework.ts";
import { until } from "./support/until.ts";

let cluster: Awaited<ReturnType<typeof startCluster>>;
let zookeeper: ZooKeeperSession;
const http = new PlainHttp();

beforeAll(async () => {
  const file = resolve("examples/high-availability.yaml");
  const spec = parseClusterFile(readFileSync(file, "utf8"), file);
  const flags = { ...spec.masters.flags, zk_session_timeout: "4secs" };
  cluster = await startCluster({ spec: { ...spec, engine: "embedded", masters: { ...spec.masters, flags } } });
  zookeeper = await ZooKeeperSession.begin(cluster.zookeeper);
});
afterAll(async () => {
  await zookeeper[Symbol.asyncDispose]();
  http.close();
  await cluster.stop();
});

const within = () => AbortSignal.timeout(90_000);
const get = (master: string, path: string) => http.exchange(master, { method: "GET", path });
const pidOf = (node: string, { plan } = cluster): number => {
  const file = join(plan.stateDirectory, "processes", `${node}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { identity: { pid: number } }).identity.pid;
};

async function candidates(): Promise<string[]> {
  const children = (await zookeeper.children("/mesos", within())) ?? [];
  return children.filter((name) => name.startsWith("json.info_")).sort();
}

/** What the masters of the plan say of themselves, the one that leads first. */
async function mastersByLead({ masters } = cluster): Promise<string[]> {
  const elected = await Promise.all(
    masters.map(async (master) => {
      const answer = await get(master, "/metrics/snapshot").catch(() => undefined);
      return (answer?.json as Record<string, number> | undefined)?.["master/elected"] === 1;
    }),
  );
  return [...masters.filter((_, i) => elected[i]), ...masters.filter((_, i) => !elected[i])];
}

describe("three masters", () => {
  it("stand in ZooKeeper as those of Mesos do, the lowest number leading", async () => {
    const nodes = await candidates();
    expect(nodes).toHaveLength(3);
    for (const name of nodes) expect(name).toMatch(/^json\.info_\d{10}$/);
    expect(await zookeeper.children("/mesos", within())).toContain("log_replicas");
    const [leader = ""] = await mastersByLead();
    const port = Number(new URL(leader).port);
    const data = JSON.parse(String(await zookeeper.data(`/mesos/${nodes[0] ?? ""}`, within()))) as object;
    expect(Object.keys(data).sort()).toEqual(
      ["address", "capabilities", "hostname", "id", "ip", "pid", "port", "version"].sort(),
    );
    expect(data).toMatchObject({ port, pid: `master@127.0.0.1:${port}`, ip: 16777343, version: "1.12.0" });
  });

  it("send on to the leader what they cannot answer, without a scheme", async () => {
    const [leader = "", follower = ""] = await mastersByLead();
    const { host } = new URL(leader);
    for (const path of ["/state", "/master/state"])
      expect(await get(follower, path)).toMatchObject({
        ...{ status: 307, body: "", headers: { location: `//${host}/master/state` } },
      });
    expect(await get(follower, "/redirect")).toMatchObject({ status: 307, headers: { location: `//${host}` } });
    const call = { method: "POST", path: "/api/v1/scheduler", headers: { "Content-Type": "application/json" } };
    expect(await http.exchange(follower, { ...call, body: { type: "SUBSCRIBE" } })).toMatchObject({
      ...{ status: 307, body: "", headers: { location: `//${host}/master/api/v1/scheduler` } },
    });
    expect((await get(follower, "/health")).status).toBe(200);
  });

  it("have another leader when theirs is killed -9, who knows agents, framework and task again", async () => {
    const [leader = ""] = await mastersByLead();
    const agentsOf = async (master: string) =>
      ((await get(master, "/slaves")).json as { slaves: { id: string; active: boolean }[] }).slaves;
    const before = (await agentsOf(leader)).map(({ id }) => id).sort();
    expect(before).toHaveLength(3);
    const info = { checkpoint: true, failover_timeout: 600 };
    const first = await Framework.subscribe(http, leader, info);
    const { agent_id } = await first.run(await first.offer(), "t1", "sleep 1000");
    const [firstNode] = await candidates();

    process.kill(pidOf(`master-${cluster.masters.indexOf(leader) + 1}`), "SIGKILL");
    expect(await first.stream.waitClosed(90_000)).toBe(true);
    const next = await until("another master leads", async () => {
      const [master = ""] = await mastersByLead();
      const answer = await get(master, "/slaves").catch(() => undefined);
      return master !== leader && answer?.status === 200 && master;
    });
    const again = await until("the framework is subscribed again", () =>
      Framework.subscribe(http, next, { ...info, id: { value: first.id } }).catch(() => undefined),
    );
    expect(again.id).toBe(first.id);
    await until("all agents are back", async () => (await agentsOf(next)).filter(({ active }) => active).length === 3);
    expect((await agentsOf(next)).map(({ id }) => id).sort()).toEqual(before);
    for (const tasks of [[], [{ task_id: { value: "t1" }, ...(agent_id ? { agent_id } : {}) }]]) {
      const asked = again.stream.mark();
      await again.call({ type: "RECONCILE", reconcile: { tasks } });
      expect(await again.update("t1", "TASK_RUNNING", asked)).toMatchObject({
        ...{ source: "SOURCE_MASTER", reason: "REASON_RECONCILIATION" },
        message: "Reconciliation: Latest task state",
      });
    }
    expect(await candidates()).not.toContain(firstNode);
    await again.call({ type: "TEARDOWN" });
  });

  it("answer that nobody leads while ZooKeeper is away", async () => {
    const servers = [1, 2, 3].map((n) => pidOf(`zookeeper-${n}`));
    for (const pid of servers) process.kill(pid, "SIGKILL");
    for (const path of ["/state", "/redirect", "/api/v1/scheduler"]) {
      const answer = await until(`${path} says that nobody leads`, async () => {
        const one = await Promise.all(
          cluster.masters.map((master) => http.exchange(master, { method: "GET", path }).catch(() => undefined)),
        );
        return one.find((each) => each?.status === 503);
      });
      expect(answer).toMatchObject({ body: "No leader elected" });
      expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
    }
  });
});

describe("one master of three", () => {
  it("leads, but does not finish its recovery: health is not readiness", async () => {
    await using three = await startCluster({ engine: "embedded", masters: { count: 3 } });
    const [leader = "", follower = "", last = ""] = await mastersByLead(three);
    for (const master of [follower, leader])
      process.kill(pidOf(`master-${three.masters.indexOf(master) + 1}`, three), "SIGKILL");
    await until("the last one is elected", async () => (await mastersByLead(three))[0] === last);
    expect(await get(last, "/health")).toMatchObject({ status: 200 });
    expect(await get(last, "/state")).toMatchObject({ status: 200, json: { leader: `master@${new URL(last).host}` } });
    const headers = { "Content-Type": "application/json" };
    const body = { type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "test" } } };
    expect(await http.exchange(last, { method: "POST", path: "/api/v1/scheduler", headers, body })).toMatchObject({
      ...{ status: 503, body: "Master has not finished recovery" },
    });
  });
});
