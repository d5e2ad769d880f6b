// Remedies from the smallest up, as exact commands.
import type { Facts } from "./facts.ts";
import type { Remedy } from "./finding.ts";

/** Starts what has died. Nothing that runs is touched. */
export function bringUp({ cluster }: Facts): Remedy | undefined {
  if (cluster === undefined) return undefined;
  return { command: `npx mesos-up up --name ${cluster}`, kind: "up", losesTasks: false };
}

/** Ends one node and starts it anew. Tasks outlive their agent, and masters and ZooKeeper keep what they know on disk. */
export function restart({ cluster }: Facts, node: string): Remedy | undefined {
  if (cluster === undefined) return undefined;
  return { command: `npx mesos-up restart ${node} --name ${cluster}`, kind: "restart", node, losesTasks: false };
}

export function byHand(sentence: string): Remedy {
  return { command: sentence, kind: "by-hand", losesTasks: false };
}
