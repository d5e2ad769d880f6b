// A ZooKeeper server in the official image, which is told everything by its environment (docker-library's documentation
// of the image zookeeper).
import type { AssignedPorts } from "../assign-ports.ts";
import type { NodeContainer } from "./docker-types.ts";
import type { DockerScene } from "./docker-scene.ts";

export function zookeeperContainer(
  { prefix, addresses, publish }: DockerScene,
  name: string,
  servers: AssignedPorts["zookeeper"],
  index: number,
): Omit<NodeContainer, "labels"> {
  const port = servers[index]?.client ?? 0;
  const [data = "", datalog = ""] = zookeeperVolumes(prefix, name);
  const ensemble = servers.map(
    ({ client, quorum, election }, i) => `server.${i + 1}=${addresses.zookeeper[i]}:${quorum}:${election};${client}`,
  );
  return {
    name: `${prefix}-${name}`,
    image: "zookeeper",
    network: "cluster",
    ip: addresses.zookeeper[index],
    published: publish([port]),
    command: [],
    environment: {
      ZOO_MY_ID: String(index + 1),
      ZOO_SERVERS: ensemble.join(" "),
      ZOO_STANDALONE_ENABLED: String(servers.length === 1),
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
      test: ["CMD-SHELL", imOk(port)],
      interval: "10s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    stopTimeoutSecs: 5,
  };
}

/** What it keeps: snapshots and its ID, and the log of transactions. */
export function zookeeperVolumes(prefix: string, name: string): string[] {
  return [`${prefix}-${name}-data`, `${prefix}-${name}-datalog`];
}

/** "Are you OK?" The official image has netcat, and so does busybox. */
function imOk(port: number): string {
  return `test "$(printf ruok | nc -w 4 127.0.0.1 ${port})" = imok`;
}
