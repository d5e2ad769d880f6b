// Apps that were left running, and what looks after them.
import { createServer } from "node:http";
import { commandLineWords, processIds } from "../../../src/backends/state/process-identity.ts";
import { valueOf } from "../../../src/doctor/facts.ts";
import { isAlive } from "../../e2e/support/signals.ts";
import { until } from "../../e2e/support/until.ts";
import type { Fault } from "../fault.ts";
import { forget, killContainers } from "../injections.ts";
import type { TestedCluster } from "../tested-cluster.ts";

/** The scheduler's process, and the one that would start it anew, which is the older one. */
function schedulerProcesses({ place }: TestedCluster): number[] {
  const file = place.state("frameworks", "nginx.scheduler.json");
  const pids = processIds().filter((pid) => commandLineWords(pid).includes(file));
  return pids.sort((a, b) => a - b);
}

export const appFaults: Fault[] = [
  {
    name: "scheduler killed with its supervisor",
    inject: async (cluster) => {
      const pids = schedulerProcesses(cluster);
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await until("they have ended", () => !pids.some(isAlive));
    },
    named: { id: "TK005", subject: "nginx" },
    cure: "fix",
    asCommand: true,
  },
  {
    name: "executor killed, scheduler stopped (SIGSTOP)",
    inject: (cluster) => {
      for (const pid of schedulerProcesses(cluster)) process.kill(pid, "SIGSTOP");
      killContainers(cluster);
      return {
        hand: () => {
          for (const pid of schedulerProcesses(cluster)) process.kill(pid, "SIGCONT");
        },
      };
    },
    named: { id: "TK005", subject: "nginx" },
    cure: "by hand",
    loses: 1,
  },
  {
    name: "framework torn down by somebody else",
    inject: async (cluster) => {
      const [, { leader }] = await cluster.lookAt();
      const body = `frameworkId=${valueOf(leader?.frameworks)?.[0]?.id ?? ""}`;
      const { status } = await fetch(`${leader?.url ?? ""}/teardown`, { method: "POST", body });
      if (status !== 200) throw new Error(`The master answered ${status}.`);
    },
    cure: "its scheduler",
    loses: 1,
  },
  { name: "executor killed", inject: killContainers, cure: "its scheduler", loses: 1 },
  {
    name: "app that cannot match",
    inject: async (cluster) => {
      const constraints = [["rack", "LIKE", "mars"]];
      await cluster.scheduler.run({ name: "mars", command: "sleep 1000", constraints });
      return { hand: () => forget(cluster, "mars") };
    },
    named: { id: "TK008", subject: "mars", says: /0 of 1 run/ },
    cure: "by hand",
  },
  {
    name: "task in a crash loop",
    inject: async (cluster) => {
      const give_up = { failures: 4, within: "10mins" };
      const restart = { policy: "always", backoff: "10ms", max_backoff: "1secs", give_up };
      await cluster.scheduler.run({ name: "crash", command: "exit 1", cpus: 0.1, mem: 32, restart });
      return { hand: () => forget(cluster, "crash") };
    },
    named: { id: "TK007", subject: "crash" },
    cure: "by hand",
  },
  {
    name: "HTTP check answered by the wrong server",
    inject: async (cluster) => {
      const spec = { command: "sleep 1000", cpus: 0.1, mem: 32, ports: [80], verify: { body_contains: "right" } };
      await cluster.scheduler.run({ name: "web", ...spec });
      const { hostPorts } = await until("it runs", async () => {
        const { instances } = await cluster.scheduler.app("web");
        return instances.find(({ state }) => state === "running");
      });
      let answer = "wrong";
      const server = createServer((_, response) => response.end(answer)).listen(hostPorts[0], "127.0.0.1");
      return {
        hand: async () => {
          answer = "right";
          await cluster.untilWell();
          await forget(cluster, "web");
          server.closeAllConnections();
          server.close();
        },
      };
    },
    named: { id: "TK009", subject: "web.1" },
    cure: "by hand",
  },
];
