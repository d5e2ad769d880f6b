// Agents that run otherwise than they should, and what becomes of their tasks.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault, Injected } from "../fault.ts";
import { forge } from "../forged.ts";
import { startForgetful } from "../injections.ts";
import type { TestedCluster } from "../tested-cluster.ts";

/** The agent, shown as the given change has it. */
async function shownAgent(cluster: TestedCluster, change: Parameters<typeof forge>[1]): Promise<Injected> {
  const forged = await forge(cluster.url("agent-1"), change);
  return {
    shown: (target) => ({ ...target, agents: [{ name: "agent-1", url: forged.url }] }),
    hand: () => forged[Symbol.asyncDispose](),
  };
}

export const agentFaults: Fault[] = [
  {
    name: "agent with a wrong ZooKeeper path",
    inject: (cluster) => cluster.restartWith("agent-1", (arg) => arg.replace(/^(--master=.*)\/mesos$/, "$1/elsewhere")),
    named: { id: "AG003", subject: "agent-1" },
    cure: "fix",
  },
  {
    name: "agent of another version (simulated)",
    inject: (cluster) =>
      shownAgent(cluster, { change: (path, json) => (path === "/state" ? { ...json, version: "1.4.0" } : json) }),
    named: { id: "AG005", subject: "agent-1" },
    cure: "by hand",
  },
  {
    name: "clock skew (simulated)",
    inject: (cluster) => shownAgent(cluster, { date: new Date(Date.now() + 3_600_000) }),
    named: { id: "MC005", subject: "agent-1" },
    cure: "by hand",
  },
  {
    name: "agent's attributes changed, its work_dir as it was",
    inject: async (cluster) => {
      cluster.describeAnew((spec) => ({
        ...spec,
        agents: spec.agents.map((agent) => ({ ...agent, attributes: "rack:c3po" })),
      }));
      await cluster.startInVain("agent-1");
    },
    named: { id: "AG001", subject: "agent-1", says: /attributes or resources are others/ },
    cure: "fix --yes",
    loses: 1,
  },
  {
    name: "what an agent has noted of itself is damaged",
    inject: async (cluster) => {
      await cluster.kill("agent-1");
      const { work } = cluster.node("agent-1").directories;
      writeFileSync(join(work, "meta/slaves/latest/slave.info"), "not what was written");
      await cluster.startInVain("agent-1");
    },
    named: { id: "AG001", subject: "agent-1", says: /what it had noted .* cannot be read/ },
    cure: "fix --yes",
    loses: 1,
  },
  {
    name: "orphan task containers: the agent has forgotten all that it ran",
    inject: async (cluster) => {
      await cluster.kill("agent-1");
      await startForgetful(cluster);
    },
    named: { id: "LO001" },
    cure: "fix",
    loses: 1,
  },
];
