// The library as a test of somebody else's framework uses it: clusters as objects, several at once.
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runBatch } from "../../examples/framework.ts";
import { startCluster } from "../../src/index.ts";

describe("startCluster", () => {
  it("gives a cluster that is ready, runs a framework and apps on it, and leaves nothing", async () => {
    // Ports that no other cluster here gives out: nobody answers there once this one is gone.
    const agents = ["32020-32029", "32030-32039"].map((ports) => ({ resources: { ports } }));
    const cluster = await startCluster({ agents, engine: "embedded" });
    expect(cluster.agents.map(({ name }) => name)).toEqual(["agent-1", "agent-2"]);
    expect((await cluster.operator().agents()).filter(({ active }) => active)).toHaveLength(2);
    expect(await runBatch(cluster.zkUrl, "exit 0", 3)).toEqual({
      "task-1": "TASK_FINISHED",
      "task-2": "TASK_FINISHED",
      "task-3": "TASK_FINISHED",
    });
    const app = await cluster.runApp();
    expect(await app.verify()).toMatchObject({ status: 200 });
    expect(await cluster.log("master-1")).not.toBe("");
    const { removed } = await cluster.stop();
    expect(removed).toContain(`folder ${cluster.plan.stateDirectory}`);
    expect(existsSync(cluster.plan.stateDirectory)).toBe(false);
    await expect(app.verify({ timeoutMs: 1000 })).rejects.toThrow();
    expect(await cluster.stop()).toEqual({ removed });
  });

  it("starts several at once without their meeting", async () => {
    const clusters = await Promise.all([1, 2, 3].map(() => startCluster({ engine: "embedded" })));
    const ports = clusters.flatMap(({ plan }) => plan.nodes.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
    const agents = await Promise.all(clusters.map((cluster) => cluster.operator().agents()));
    expect(agents.map((one) => one.length)).toEqual([1, 1, 1]);
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    expect(clusters.filter(({ plan }) => existsSync(plan.stateDirectory))).toEqual([]);
  });

  it("runs a described app, without a container", async () => {
    await using cluster = await startCluster({ agents: [{ attributes: { rack: "r2d2" }, resources: { cpus: 1 } }] });
    await using app = await cluster.runApp({
      name: "sleeper",
      command: "sleep 1000",
      constraints: [["rack", "EQUALS", "r2d2"]],
    });
    expect(cluster.agents.map(({ url }) => url)).toEqual([`http://${app.running.agent}`]);
  });
});
