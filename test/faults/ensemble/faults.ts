// What goes wrong only where there are several ZooKeeper servers and several masters.
import type { Fault } from "../fault.ts";
import { spoil, startForgetful, unreachable } from "../injections.ts";

export const ensembleFaults: Fault[] = [
  {
    name: "agent stopped (SIGSTOP), until its master gave it up as unreachable",
    inject: (cluster) => unreachable(cluster, () => cluster.suspend("agent-1")),
    named: { id: "AG001", subject: "agent-1", says: /stopped by a signal/, besides: "TK002" },
    cure: "fix",
  },
  {
    name: "agent given up as unreachable, which then began anew under another ID",
    inject: async (cluster) => {
      await unreachable(cluster, () => cluster.kill("agent-1"));
      await startForgetful(cluster);
    },
    named: { id: "TK002" },
    cure: "fix --yes",
    loses: 1,
  },
  {
    name: "one of three ZooKeeper servers killed",
    inject: (cluster) => cluster.kill("zookeeper-1"),
    named: { id: "ZK001", subject: "zookeeper-1", says: /has ended/ },
    cure: "fix",
  },
  {
    name: "data of one of three ZooKeeper servers corrupted",
    inject: (cluster) => spoil(cluster, "zookeeper-2"),
    named: { id: "ZK001", subject: "zookeeper-2", says: /its data cannot be read/ },
    cure: "fix",
  },
  {
    name: "ZooKeeper's quorum lost: two of three killed",
    inject: (cluster) => cluster.kill("zookeeper-1", "zookeeper-3"),
    named: { id: "ZK001", subject: "zookeeper-1", says: /has ended/, besides: "ZK003" },
    cure: "fix",
  },
  {
    name: "leading master killed",
    inject: async (cluster) => cluster.kill((await cluster.masters()).leader),
    named: { id: "MS001", says: /has ended/ },
    cure: "fix",
  },
  {
    name: "quorum of the masters' log lost: both followers have ended",
    inject: async (cluster) => {
      for (const follower of (await cluster.masters()).followers) await cluster.act(follower, "stop");
    },
    named: { id: "MS001", says: /has ended/, besides: "MS007" },
    cure: "fix",
  },
  {
    name: "master hung in recovery: elected when the others had ended, its quorum is never reached",
    inject: async (cluster) => {
      const { leader, followers } = await cluster.masters();
      for (const master of [...followers.slice(1), leader]) await cluster.act(master, "stop");
    },
    named: { id: "MS001", says: /has ended/, besides: "MS005" },
    cure: "fix",
  },
  {
    name: "two masters disagree: one uses another path in ZooKeeper, and leads there",
    inject: async (cluster) => {
      const { followers } = await cluster.masters();
      const [astray = ""] = followers;
      await cluster.restartWith(astray, (arg) => arg.replace(/^(--zk=.*)\/mesos$/, "$1/elsewhere"));
    },
    named: { id: "MS003", says: /both say that they lead/ },
    cure: "fix",
  },
];
