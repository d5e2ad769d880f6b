// Remedies from the smallest up, as exact commands.
import { basename, dirname } from "node:path";
import type { Facts, PortHolder } from "./facts.ts";
import type { Remedy } from "./finding.ts";

/** Starts what has died. Nothing that runs is touched. */
export function bringUp({ cluster }: Facts): Remedy | undefined {
  if (cluster === undefined) return undefined;
  return { command: `npx mesos-up up --name ${cluster}`, kind: "up", losesTasks: false };
}

/** Ends one node and starts it anew. Tasks outlive their agent, and masters and ZooKeeper keep what they know on disk. */
export function restart({ cluster }: Facts, node: string): Remedy | undefined {
  if (cluster === undefined) return undefined;
  const command = `npx mesos-up restart ${node} --name ${cluster}`;
  return { command, kind: "restart", target: node, losesTasks: false };
}

/**
 * Has a node begin with an empty work folder: the tasks of an agent end, and what only this server of ZooKeeper knew is
 * lost. On this machine only, where the folders are within reach; elsewhere undefined.
 */
export function renew(facts: Facts, node: string, { losesTasks }: { losesTasks: boolean }): Remedy | undefined {
  if (facts.plan === undefined || facts.plan.docker !== undefined || facts.plan.vagrant !== undefined) return undefined;
  return byDoctor(facts, { kind: "renew", target: node, losesTasks });
}

/** What no other command does: the doctor does it itself, when it is asked to. */
export function byDoctor(
  { cluster }: Facts,
  remedy: { kind: Remedy["kind"]; target: string; losesTasks: boolean },
): Remedy | undefined {
  if (cluster === undefined) return undefined;
  const yes = remedy.losesTasks ? " --yes" : "";
  return { command: `npx mesos-up doctor --fix${yes} --name ${cluster}`, ...remedy };
}

/** Everything goes, and comes again, as the cluster's file says, or where there is none as the default. */
export function rebuild(cluster: string): Remedy {
  const command = `npx mesos-up doctor --fix --yes --name ${cluster}`;
  return { command, kind: "rebuild", target: cluster, losesTasks: true };
}

export function byHand(sentence: string): Remedy {
  return { command: sentence, kind: "by-hand", losesTasks: false };
}

/** What has a node's port has to go before the node can be started. */
export function freePort({ port, pid, clusterFolder, container }: PortHolder): Remedy {
  const then = "then bring the cluster up again";
  if (clusterFolder !== undefined) {
    // A cluster is kept in `.mesos-up/<name>` of the folder that it is worked on from.
    const command = `npx mesos-up down --name ${basename(clusterFolder)}`;
    return byHand(`Take the other cluster down (${command}, in ${dirname(dirname(clusterFolder))}), ${then}`);
  }
  if (container !== undefined) return byHand(`Stop the container (docker stop ${container}), ${then}`);
  if (pid !== undefined) return byHand(`End PID ${pid}, which has port ${port}, ${then}`);
  return byHand(`See who has port ${port} (sudo ss -ltnp 'sport = :${port}'), end that, ${then}`);
}
