import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DOCKER_LABELS } from "../../../src/cluster/docker/labels.ts";
import { AGENT_FLAGS, MASTER_FLAGS } from "../../../src/cluster/mesos-flags.ts";
import { anyCluster, anyPlacement, bridged, containersOf, inDocker, nodeOf, onHost, STATE } from "./in-docker.ts";
import { lastAgentFlags } from "../last-agent-flags.ts";

describe("a cluster on a Linux daemon", () => {
  const cluster = inDocker({ zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 2 });
  const { prefix } = cluster.docker;

  it("has ZooKeeper and masters at addresses of their own, agents at the network's gateway", () => {
    expect(cluster.zookeeper.url).toBe("zk://172.30.4.11:2181,172.30.4.12:2181,172.30.4.13:2181/mesos");
    expect(cluster.masters).toEqual(["http://172.30.4.21:5050", "http://172.30.4.22:5050", "http://172.30.4.23:5050"]);
    expect(cluster.agents).toEqual(["http://172.30.4.1:5051", "http://172.30.4.1:5052"]);
    expect(containersOf(cluster).flatMap(({ published }) => published)).toEqual([]);
  });

  it("tells ZooKeeper everything by the official image's environment", () => {
    const { container } = nodeOf(cluster, "zookeeper-2");
    expect(container).toMatchObject({
      name: `${prefix}-zookeeper-2`,
      image: "zookeeper",
      network: "cluster",
      ip: "172.30.4.12",
      command: [],
      environment: {
        ZOO_MY_ID: "2",
        ZOO_SERVERS:
          "server.1=172.30.4.11:2888:3888;2181 server.2=172.30.4.12:2888:3888;2181 server.3=172.30.4.13:2888:3888;2181",
        ZOO_STANDALONE_ENABLED: "false",
        ZOO_ADMINSERVER_ENABLED: "false",
        ZOO_4LW_COMMANDS_WHITELIST: "ruok,srvr,mntr,stat,conf",
      },
      mounts: [
        { kind: "volume", volume: `${prefix}-zookeeper-2-data`, path: "/data" },
        { kind: "volume", volume: `${prefix}-zookeeper-2-datalog`, path: "/datalog" },
      ],
      healthcheck: { test: ["CMD-SHELL", expect.stringContaining("nc -w 4 127.0.0.1 2181")] },
    });
    expect(container.entrypoint).toBeUndefined();
  });

  it("keeps a master's replicated log on a volume", () => {
    const { args, container } = nodeOf(cluster, "master-3");
    expect(args).toEqual([
      "--zk=zk://172.30.4.11:2181,172.30.4.12:2181,172.30.4.13:2181/mesos",
      "--quorum=2",
      "--work_dir=/var/lib/mesos/work",
      "--log_dir=/var/lib/mesos/log",
      "--ip=172.30.4.23",
      "--port=5050",
      "--hostname=172.30.4.23",
      "--cluster=demo",
      "--zk_session_timeout=5secs",
      "--allocation_interval=1secs",
    ]);
    expect(container).toMatchObject({
      entrypoint: ["mesos-master"],
      command: args,
      mounts: [{ kind: "volume", volume: `${prefix}-master-3`, path: "/var/lib/mesos" }],
      capabilities: [],
      hostPids: false,
    });
  });

  it("has the complete command line of an agent that survives its container's restart", () => {
    const own = `${STATE}/nodes/agent-2`;
    expect(nodeOf(cluster, "agent-2").args).toEqual([
      "--master=zk://172.30.4.11:2181,172.30.4.12:2181,172.30.4.13:2181/mesos",
      `--work_dir=${own}/work`,
      `--runtime_dir=${own}/run`,
      `--log_dir=${own}/log`,
      "--ip=172.30.4.1",
      "--port=5052",
      "--hostname=172.30.4.1",
      "--attributes=rack:r2d2;pod:demo,dev",
      "--resources=cpus:4;mem:4096;disk:10000;ports:[10001-10050]",
      "--sandbox_directory=/var/local/sandbox",
      "--containerizers=docker,mesos",
      "--docker=docker",
      `--docker_store_dir=${own}/store`,
      "--no-docker_kill_orphans",
      `--fetcher_cache_dir=${own}/fetch`,
      `--cgroups_root=${prefix}-agent-2`,
      ...lastAgentFlags,
      "--docker_socket=/var/run/docker.sock",
      "--docker_mesos_image=mesos-up/engine:1",
    ]);
  });

  it("gives an agent the host's network and processes, its folder at the same path, and a few capabilities", () => {
    const { container, args } = nodeOf(cluster, "agent-1");
    expect(container).toMatchObject({
      image: "mesos",
      network: "host",
      entrypoint: ["mesos-agent"],
      command: args,
      capabilities: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"],
      privileged: false,
      hostPids: true,
      hostCgroups: true,
    });
    expect(container.ip).toBeUndefined();
    expect(container.mounts).toEqual(
      [`${STATE}/nodes/agent-1`, "/var/run/docker.sock", "/sys/fs/cgroup"].map((path) => {
        return { kind: "bind", source: path, path };
      }),
    );
  });

  it("gives agents every privilege where the file wants it", () => {
    const { container } = nodeOf(inDocker({ docker: { privileged: true } }), "agent-1");
    expect(container).toMatchObject({ privileged: true, capabilities: [] });
  });

  it("leaves cgroups of version 1, which have no namespaces to leave, as they are", () => {
    expect(nodeOf(inDocker({}, { ...onHost, cgroups: 1 }), "agent-1").container.hostCgroups).toBe(false);
  });

  it("moves the ports of agents and tasks with the slot, as they are on every address of the machine", () => {
    const moved = inDocker({}, onHost, { slot: 2 });
    expect([moved.zookeeper.connect, moved.masters[0], moved.agents[0]]).toEqual([
      "172.30.4.11:2181",
      "http://172.30.4.21:5050",
      "http://172.30.4.1:5451",
    ]);
    expect(nodeOf(moved, "agent-1").agent?.taskPorts).toEqual({ begin: 13_000, end: 14_000 });
  });

  it("keeps the ports that the file names, the same ones at addresses of their own", () => {
    const named = inDocker({ zookeeper: { servers: 3, port: 4000 }, masters: { count: 3, port: 6000 }, agents: 1 });
    expect(named.zookeeper.connect).toBe("172.30.4.11:4000,172.30.4.12:4000,172.30.4.13:4000");
    expect(new Set(named.masters.map((url) => url.split(":").at(-1)))).toEqual(new Set(["6000"]));
  });
});

describe("a cluster on a daemon whose networks cannot be reached", () => {
  const file = { zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 2 };
  const cluster = inDocker(file, { ...bridged, publish: { bind: "0.0.0.0", hostname: "192.0.2.7" } });

  it("is reached at published ports, no two of them the same", () => {
    expect(cluster.zookeeper.connect).toBe("192.0.2.7:2181,192.0.2.7:2182,192.0.2.7:2183");
    expect(cluster.masters).toEqual(["http://192.0.2.7:5050", "http://192.0.2.7:5041", "http://192.0.2.7:5042"]);
    expect(cluster.agents).toEqual(["http://192.0.2.7:5051", "http://192.0.2.7:5052"]);
    const published = containersOf(cluster).flatMap((container) => container.published);
    expect(new Set(published.map(({ port }) => port)).size).toBe(8);
    expect(new Set(published.map(({ bind }) => bind))).toEqual(new Set(["0.0.0.0"]));
  });

  it("talks among itself on its network, and calls itself what it is reached at", () => {
    const inside = "zk://172.30.4.11:2181,172.30.4.12:2182,172.30.4.13:2183/mesos";
    expect(nodeOf(cluster, "master-2").args).toEqual(
      expect.arrayContaining([`--zk=${inside}`, "--ip=172.30.4.22", "--port=5041", "--hostname=192.0.2.7"]),
    );
    expect(nodeOf(cluster, "agent-2").args).toEqual(
      expect.arrayContaining([`--master=${inside}`, "--ip=172.30.4.102", "--port=5052", "--hostname=192.0.2.7"]),
    );
    expect(nodeOf(cluster, "zookeeper-1").container.environment["ZOO_SERVERS"]).toBe(
      "server.1=172.30.4.11:2888:3888;2181 server.2=172.30.4.12:2889:3889;2182 server.3=172.30.4.13:2890:3890;2183",
    );
  });

  it("has agents at addresses of their own, whose executors are processes of theirs", () => {
    const { container, args } = nodeOf(cluster, "agent-2");
    expect(container).toMatchObject({ network: "cluster", ip: "172.30.4.102", published: [{ port: 5052 }] });
    expect(args.filter((arg) => arg.startsWith("--docker_mesos_image"))).toEqual([]);
    expect(container.hostPids).toBe(true);
  });

  it("leaves the machine's processes alone where the daemon has no right to show them", () => {
    const ofUser = inDocker(file, { ...bridged, rootless: true });
    expect(containersOf(ofUser).filter(({ hostPids }) => hostPids)).toEqual([]);
  });
});

describe("a registry mirror", () => {
  const mirror = { kind: "pull", reference: "registry:2" } as const;
  const pulled = {
    zookeeper: { kind: "pull", reference: "zookeeper:3.9" },
    mesos: { kind: "pull", reference: "someone/mesos:1.11" },
    mirror,
  } as const;

  it("keeps what it hands on in a volume, and is what images are pulled through", () => {
    const { docker, nodes } = inDocker({ docker: { registry_mirror: true } }, { ...onHost, images: pulled });
    expect(docker.mirror).toMatchObject({
      address: "127.0.0.1:5000",
      url: "http://172.30.4.31:5000",
      container: {
        name: `${docker.prefix}-registry_mirror`,
        ip: "172.30.4.31",
        published: [{ bind: "127.0.0.1", port: 5000 }],
        environment: {
          REGISTRY_HTTP_ADDR: "0.0.0.0:5000",
          REGISTRY_PROXY_REMOTEURL: "https://registry-1.docker.io",
        },
        mounts: [{ volume: `${docker.prefix}-registry_mirror`, path: "/var/lib/registry" }],
        waitUntilHealthy: true,
      },
    });
    expect(docker.images).toEqual({
      zookeeper: { kind: "pull", reference: "127.0.0.1:5000/library/zookeeper:3.9" },
      mesos: { kind: "pull", reference: "127.0.0.1:5000/someone/mesos:1.11" },
      mirror,
    });
    expect(nodes.at(-1)?.args).toEqual(
      expect.arrayContaining([
        "--docker_registry=http://172.30.4.31:5000",
        "--docker_mesos_image=127.0.0.1:5000/someone/mesos:1.11",
      ]),
    );
  });

  it("has nothing to do with images of other registries, nor with those that are there or built", () => {
    const images = {
      zookeeper: { kind: "pull", reference: "quay.example/zookeeper:1" },
      mesos: { kind: "present", reference: "mesos-up/engine:1" },
      mirror,
    } as const;
    const { docker } = inDocker({ docker: { registry_mirror: { port: 5999 } } }, { ...onHost, images });
    expect(docker.images).toEqual(images);
    expect(docker.mirror?.address).toBe("127.0.0.1:5999");
  });

  it("is there only where the file wants it", () => {
    const { docker } = inDocker({ docker: { registry_mirror: false } }, { ...onHost, images: pulled });
    expect(docker.mirror).toBeUndefined();
    expect(docker.images).toEqual({ zookeeper: pulled.zookeeper, mesos: pulled.mesos });
  });
});

describe("whatever the cluster", () => {
  it("everything has a name of its own that agents do not take for theirs, and says whose it is", () => {
    fc.assert(
      fc.property(anyCluster, anyPlacement, (written, placement) => {
        const cluster = inDocker(written, placement);
        const { network, volumes, prefix } = cluster.docker;
        const containers = containersOf(cluster);
        const names = containers.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(new Set(volumes.map(({ name }) => name)).size).toBe(volumes.length);
        for (const { name, labels } of [network, ...volumes, ...containers]) {
          expect(name === prefix || name.startsWith(`${prefix}-`)).toBe(true);
          expect(name).toMatch(/^(?!mesos-)[a-z0-9][a-z0-9_.-]+$/);
          expect(labels).toMatchObject({
            [DOCKER_LABELS.project]: "mesos-up",
            [DOCKER_LABELS.cluster]: written.name,
            [DOCKER_LABELS.state]: STATE,
          });
          expect(labels[DOCKER_LABELS.role]).toMatch(/^(zookeeper|master|agent|mirror|network|volume)$/);
          expect(labels[DOCKER_LABELS.plan]).toMatch(/^[0-9a-f]{16}$/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("no two containers have an address in common, nor two ports of one address", () => {
    fc.assert(
      fc.property(anyCluster, anyPlacement, (written, placement) => {
        const cluster = inDocker(written, placement);
        const ips = containersOf(cluster).flatMap(({ ip }) => ip ?? []);
        expect(new Set(ips).size).toBe(ips.length);
        const reached = cluster.nodes.map(({ address, port }) => `${address}:${port}`);
        expect(new Set(reached).size).toBe(reached.length);
        const published = containersOf(cluster).flatMap((container) => container.published.map(({ port }) => port));
        expect(new Set(published).size).toBe(published.length);
      }),
      { numRuns: 60 },
    );
  });

  it("every command line has only flags that a real Mesos knows, each once", () => {
    fc.assert(
      fc.property(anyCluster, anyPlacement, (written, placement) => {
        for (const { kind, args } of inDocker(written, placement).nodes) {
          if (kind === "zookeeper") continue;
          const { switches, valued } = kind === "master" ? MASTER_FLAGS : AGENT_FLAGS;
          const names = args.map((arg) => arg.slice(2).split("=")[0]!);
          expect(new Set(names).size).toBe(names.length);
          for (const [i, name] of names.entries()) {
            const known = args[i]!.includes("=") ? valued.has(name) : switches.has(name.replace(/^no-/, ""));
            expect(known, name).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a further agent changes nothing about what is there already", () => {
    const before = inDocker({ zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 2 });
    const after = inDocker({ zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 3 });
    expect(containersOf(after).slice(0, -1)).toEqual(containersOf(before));
    expect(after.docker).toEqual(before.docker);
    expect(after.hash).not.toBe(before.hash);
  });

  it("clusters of one name in two folders have nothing in common by name", () => {
    const other = inDocker({}, onHost, { stateDirectory: "/home/leia/.mesos-up/demo" });
    expect(other.docker.prefix).not.toBe(inDocker({}).docker.prefix);
    expect(other.docker.prefix).toMatch(/^up-demo-[0-9a-f]{8}$/);
  });

  it("a hundred agents have room", () => {
    const cluster = inDocker({ agents: 100, zookeeper: { servers: 5 }, masters: { count: 5 } }, bridged);
    expect(nodeOf(cluster, "agent-100").container.ip).toBe("172.30.4.200");
  });
});

describe("the network", () => {
  it.each(["172.30.0.0/25", "172.30.0.0", "172.30.0/24", "300.1.1.0/24", "10.0.0.0/7", "fd00::/64"])(
    "%s is refused",
    (subnet) => {
      const network = { subnet, gateway: "172.30.0.1" };
      expect(() => inDocker({}, { ...onHost, network })).toThrow(`The network ${subnet} is not an IPv4 network`);
    },
  );

  it("counts from its first address, whichever is written", () => {
    const network = { subnet: "10.9.8.77/16", gateway: "10.9.0.1" };
    expect(inDocker({}, { ...onHost, network }).masters).toEqual(["http://10.9.0.21:5050"]);
  });
});
