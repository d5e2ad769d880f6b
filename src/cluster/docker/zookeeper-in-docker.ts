// A ZooKeeper server in the official image, which is told everything by its environment (docker-library's documentation
// of the image zookeeper).
import type { PlanNode } from "../plan-types.ts";
import { labelled, published, reachedAt, type DockerScene, type Unlabelled } from "./docker-scene.ts";

export function zookeeperInDocker(scene: DockerScene, index: number): PlanNode {
  const { addresses, ports } = scene;
  const { client = 0, quorum = 0, election = 0 } = ports.zookeeper[index] ?? {};
  const name = `zookeeper-${index + 1}`;
  return {
    name,
    kind: "zookeeper",
    address: reachedAt(scene, addresses.zookeeper[index] ?? ""),
    port: client,
    otherPorts: ports.zookeeper.length === 1 ? [] : [quorum, election],
    directories: { work: "/data", log: "/logs", others: ["/datalog"] },
    files: [],
    program: "zookeeper",
    args: [],
    container: labelled(scene, "zookeeper", name, container(scene, { name, index, port: client })),
  };
}

/** What a server keeps: snapshots and its ID, and the log of transactions. */
export function zookeeperVolumes({ prefix }: Pick<DockerScene, "prefix">, name: string): [string, string] {
  return [`${prefix}-${name}-data`, `${prefix}-${name}-datalog`];
}

function container(
  scene: DockerScene,
  { name, index, port }: { name: string; index: number; port: number },
): Unlabelled {
  const { prefix, addresses, ports } = scene;
  const [data, datalog] = zookeeperVolumes(scene, name);
  return {
    name: `${prefix}-${name}`,
    image: "zookeeper",
    network: "cluster",
    ip: addresses.zookeeper[index],
    published: published(scene, port),
    command: [],
    environment: {
      ZOO_MY_ID: String(index + 1),
      ZOO_SERVERS: ensemble(scene),
      ZOO_STANDALONE_ENABLED: String(ports.zookeeper.length === 1),
      ZOO_TICK_TIME: "1000",
      ZOO_INIT_LIMIT: "10",
      ZOO_SYNC_LIMIT: "5",
      ZOO_MAX_CLIENT_CNXNS: "0",
      ZOO_ADMINSERVER_ENABLED: "false",
      ZOO_4LW_COMMANDS_WHITELIST: "ruok,srvr,mntr,stat,conf",
      ZOO_AUTOPURGE_SNAPRETAINCOUNT: "3",
      ZOO_AUTOPURGE_PURGEINTERVAL: "24",
      // A cluster's few znodes need little, and a short start matters more than speed in the long run.
      ZK_SERVER_HEAP: "128",
      SERVER_JVMFLAGS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    },
    mounts: [
      { kind: "volume", volume: data, path: "/data" },
      { kind: "volume", volume: datalog, path: "/datalog" },
    ],
    capabilities: [],
    privileged: false,
    hostPids: false,
    hostCgroups: false,
    healthcheck: {
      test: ["CMD-SHELL", areYouOk(port)],
      interval: "10s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    stopTimeoutSecs: 5,
  };
}

/** As dynamic configuration has it: server.1=address:quorum:election;client server.2=… */
function ensemble({ addresses, ports }: DockerScene): string {
  return ports.zookeeper
    .map(({ client, quorum, election }, i) => {
      return `server.${i + 1}=${addresses.zookeeper[i] ?? ""}:${quorum}:${election};${client}`;
    })
    .join(" ");
}

/** The official image has netcat, and so does busybox. */
function areYouOk(port: number): string {
  return `test "$(printf ruok | nc -w 4 127.0.0.1 ${port})" = imok`;
}
