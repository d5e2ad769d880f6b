// Parts of a cluster that stop in their tracks, so that whoever waits for them waits in vain.
import { existsSync, readFileSync } from "node:fs";
import { identify } from "../../../src/backends/state/process-identity.ts";
import { until } from "./until.ts";
import type { Workplace } from "./workplace.ts";

/** The process of a node as soon as it is written down. */
export function pidOf(place: Workplace, node: string): Promise<number> {
  const file = place.state("processes", `${node}.json`);
  return until(`${node} is started`, () =>
    existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { identity: { pid: number } }).identity.pid : false,
  );
}

/** Stops a node as soon as it is there; resolves with its process. */
export async function freeze(place: Workplace, node: string): Promise<number> {
  const pid = await pidOf(place, node);
  process.kill(pid, "SIGSTOP");
  return pid;
}

/**
 * Stops a node before it can be ready, so that a step which waits for it is surely not done: nothing gets ready without
 * ZooKeeper, which takes its time. Resolves with its process.
 */
export async function holdUp(place: Workplace, node: string): Promise<number> {
  const zookeeper = await freeze(place, "zookeeper-1");
  if (node === "zookeeper-1") return zookeeper;
  const pid = await freeze(place, node);
  process.kill(zookeeper, "SIGCONT");
  return pid;
}

export function isAlive(pid: number): boolean {
  return identify(pid) !== undefined;
}
