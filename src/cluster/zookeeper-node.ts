// The ZooKeeper servers of a plan and their zoo.cfg (ZooKeeper Administrator's Guide, 3.8).
import type { PlanNode } from "./plan-types.ts";

export interface ZookeeperNodeOptions {
  address: string;
  ports: { client: number; quorum: number; election: number };
  /** All servers of the ensemble, this one among them, in the order of their IDs. */
  ensemble: { address: string; quorum: number; election: number }[];
  /** Position in the ensemble, from 0. */
  index: number;
  directory: string;
}

export function zookeeperNode({ address, ports, ensemble, index, directory }: ZookeeperNodeOptions): PlanNode {
  const alone = ensemble.length === 1;
  const work = `${directory}/work`;
  const configFile = `${directory}/zoo.cfg`;
  const settings: Record<string, string | number | boolean> = {
    tickTime: 1000,
    initLimit: 10,
    syncLimit: 5,
    dataDir: work,
    clientPort: ports.client,
    clientPortAddress: address,
    maxClientCnxns: 0,
    "admin.enableServer": false,
    "4lw.commands.whitelist": "ruok,srvr,mntr,stat,conf",
    "autopurge.snapRetainCount": 3,
    "autopurge.purgeInterval": 24,
  };
  if (!alone) {
    for (const [i, server] of ensemble.entries()) {
      settings[`server.${i + 1}`] = `${server.address}:${server.quorum}:${server.election}`;
    }
  }
  return {
    name: `zookeeper-${index + 1}`,
    kind: "zookeeper",
    address,
    port: ports.client,
    otherPorts: alone ? [] : [ports.quorum, ports.election],
    directories: { work, log: `${directory}/log`, others: [] },
    files: [
      { path: configFile, content: properties(settings) },
      ...(alone ? [] : [{ path: `${work}/myid`, content: `${index + 1}\n` }]),
    ],
    program: "zookeeper",
    args: [configFile],
  };
}

/** A file of Java properties: its readers take it for Latin-1 and a backslash for an escape. */
function properties(settings: Record<string, string | number | boolean>): string {
  const escape = (text: string): string =>
    text
      .replaceAll("\\", "\\\\")
      .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${escape(String(value))}\n`)
    .join("");
}
