// Containers that somebody stops, kills or pauses behind the cluster's back, and what runs in them.
import { DEFAULT_NGINX_IMAGE as NGINX } from "../../../src/scheduler/nginx-app.ts";
import { docker } from "../../e2e/support/docker-cluster.ts";
import { until } from "../../e2e/support/until.ts";
import type { Fault } from "../fault.ts";
import { forget, startForgetful } from "../injections.ts";
import type { TestedCluster } from "../tested-cluster.ts";

function onContainer(cluster: TestedCluster, node: string, ...words: string[]): void {
  docker(...words, cluster.node(node).container?.name ?? "");
}

export const containerFaults: Fault[] = [
  {
    name: "ZooKeeper's container stopped",
    inject: (cluster) => onContainer(cluster, "zookeeper-1", "stop"),
    named: { id: "ZK001", subject: "zookeeper-1", says: /has ended/ },
    cure: "fix",
  },
  {
    name: "master's container killed",
    inject: (cluster) => onContainer(cluster, "master-1", "kill"),
    named: { id: "MS001", subject: "master-1", says: /has ended/ },
    cure: "fix",
  },
  {
    name: "agent's container paused",
    inject: (cluster) => onContainer(cluster, "agent-1", "pause"),
    named: { id: "AG001", subject: "agent-1", says: /is paused/ },
    cure: "fix",
  },
  {
    name: "orphan task containers: the agent has forgotten all that it ran",
    inject: async (cluster) => {
      onContainer(cluster, "agent-1", "kill");
      await startForgetful(cluster);
    },
    named: { id: "LO001" },
    cure: "fix",
    loses: 1,
  },
  {
    name: "image removed from the daemon, which alone had it",
    inject: async (cluster) => {
      const image = `mesos-up-tests/nginx:${process.pid}`;
      const tag = () => docker("tag", NGINX, image);
      tag();
      await cluster.scheduler.run({ name: "own", image, command: "sleep 1000", cpus: 0.1, mem: 32 });
      await until("it runs", async () => (await cluster.scheduler.app("own")).running === 1);
      docker("rmi", image);
      return {
        hand: async () => {
          tag();
          await cluster.untilWell();
          await forget(cluster, "own");
          docker("rmi", image);
        },
      };
    },
    named: { id: "TK006", subject: "own" },
    cure: "by hand",
  },
];
