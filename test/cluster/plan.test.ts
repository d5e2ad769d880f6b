import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AGENT_FLAGS, MASTER_FLAGS } from "../../src/cluster/mesos-flags.ts";
import { parseClusterObject } from "../../src/cluster/parse-cluster-file.ts";
import { plan, planNodeByName } from "../../src/cluster/plan.ts";
import type { ClusterPlan, Placement } from "../../src/cluster/plan-types.ts";
import { LAST_SLOT } from "../../src/cluster/ports.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import type { Range } from "../../src/mesos/types.ts";
import { lastAgentFlags } from "./last-agent-flags.ts";

const placement: Placement = {
  stateDirectory: "/home/luke/.mesos-up/demo",
  slot: 0,
  containerProgram: "docker",
  imageStore: "/home/luke/.cache/mesos-up/images",
};

function planOf(written: unknown, over: Partial<Placement> = {}): ClusterPlan {
  return plan(parseClusterObject(written), { ...placement, ...over });
}

function argsOf(cluster: ClusterPlan, node: string): string[] {
  return planNodeByName(cluster, node)?.args ?? [];
}

/** Every port that a cluster uses or offers. */
function portsOf(cluster: ClusterPlan): Range[] {
  return cluster.nodes.flatMap((node) => [
    ...[node.port, ...node.otherPorts].map((port) => ({ begin: port, end: port })),
    ...(node.agent === undefined ? [] : [node.agent.taskPorts]),
  ]);
}

function meet(ranges: Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a.begin - b.begin);
  return sorted.filter(({ begin }, i) => i > 0 && begin <= sorted[i - 1]!.end);
}

describe("the plan of the default cluster", () => {
  const cluster = plan(defaultClusterSpec(), placement);
  const nodes = "/home/luke/.mesos-up/demo/nodes";

  it("is one ZooKeeper server, one master, one agent, in this order", () => {
    expect(
      cluster.nodes.map(({ name, kind, program, address, port, otherPorts }) => [
        name,
        kind,
        program,
        address,
        port,
        otherPorts,
      ]),
    ).toEqual([
      ["zookeeper-1", "zookeeper", "zookeeper", "127.0.0.1", 2181, []],
      ["master-1", "master", "mesos-master", "127.0.0.1", 5050, []],
      ["agent-1", "agent", "mesos-agent", "127.0.0.1", 5051, []],
    ]);
    expect(cluster).toMatchObject({
      name: "demo",
      engine: "auto",
      zookeeper: { connect: "127.0.0.1:2181", path: "/mesos", url: "zk://127.0.0.1:2181/mesos" },
      masters: ["http://127.0.0.1:5050"],
      agents: ["http://127.0.0.1:5051"],
      stateDirectory: placement.stateDirectory,
    });
  });

  it("runs ZooKeeper alone, with no admin server", () => {
    expect(cluster.nodes[0]).toMatchObject({
      directories: { work: `${nodes}/zookeeper-1/work`, log: `${nodes}/zookeeper-1/log`, others: [] },
      args: [`${nodes}/zookeeper-1/zoo.cfg`],
      files: [
        {
          path: `${nodes}/zookeeper-1/zoo.cfg`,
          content: [
            "tickTime=1000",
            "initLimit=10",
            "syncLimit=5",
            `dataDir=${nodes}/zookeeper-1/work`,
            "clientPort=2181",
            "clientPortAddress=127.0.0.1",
            "maxClientCnxns=0",
            "admin.enableServer=false",
            "4lw.commands.whitelist=ruok,srvr,mntr,stat,conf",
            "autopurge.snapRetainCount=3",
            "autopurge.purgeInterval=24",
            "",
          ].join("\n"),
        },
      ],
    });
  });

  it("has the complete command line of the master", () => {
    expect(argsOf(cluster, "master-1")).toEqual([
      "--zk=zk://127.0.0.1:2181/mesos",
      "--quorum=1",
      `--work_dir=${nodes}/master-1/work`,
      `--log_dir=${nodes}/master-1/log`,
      "--ip=127.0.0.1",
      "--port=5050",
      "--hostname=127.0.0.1",
      "--cluster=demo",
      "--zk_session_timeout=5secs",
      "--allocation_interval=1secs",
    ]);
  });

  it("has the complete command line of the agent", () => {
    expect(argsOf(cluster, "agent-1")).toEqual([
      "--master=zk://127.0.0.1:2181/mesos",
      `--work_dir=${nodes}/agent-1/work`,
      `--runtime_dir=${nodes}/agent-1/run`,
      `--log_dir=${nodes}/agent-1/log`,
      "--ip=127.0.0.1",
      "--port=5051",
      "--hostname=127.0.0.1",
      "--attributes=rack:r2d2;pod:demo,dev",
      "--resources=cpus:4;mem:4096;disk:10000;ports:[9000-10000]",
      "--sandbox_directory=/var/local/sandbox",
      "--containerizers=docker,mesos",
      "--docker=docker",
      "--docker_registry=/home/luke/.cache/mesos-up/images",
      `--docker_store_dir=${nodes}/agent-1/store`,
      "--no-docker_kill_orphans",
      `--fetcher_cache_dir=${nodes}/agent-1/fetch`,
      expect.stringMatching(/^--cgroups_root=mesos-up-demo-[0-9a-f]{8}-agent-1$/),
      ...lastAgentFlags,
    ]);
    expect(planNodeByName(cluster, "agent-1")).toMatchObject({
      directories: { others: [`${nodes}/agent-1/run`, `${nodes}/agent-1/fetch`, `${nodes}/agent-1/store`] },
      agent: {
        attributes: { rack: "r2d2", pod: "demo,dev" },
        resources: "cpus:4;mem:4096;disk:10000;ports:[9000-10000]",
        taskPorts: { begin: 9000, end: 10_000 },
      },
    });
  });

  it("goes without the docker containerizer where no program runs containers", () => {
    const args = argsOf(plan(defaultClusterSpec(), { ...placement, containerProgram: undefined }), "agent-1");
    expect(args).toContain("--containerizers=mesos");
    expect(args.filter((arg) => arg.startsWith("--docker="))).toEqual([]);
    const docker = argsOf(
      planOf({ agents: [{ containerizers: ["docker"] }] }, { containerProgram: undefined }),
      "agent-1",
    );
    expect(docker).toContain("--containerizers=mesos");
  });

  it("is the same whenever it is made", () => {
    expect(plan(defaultClusterSpec(), placement)).toEqual(cluster);
  });
});

describe("the plan of a larger cluster", () => {
  it("makes ZooKeeper servers an ensemble", () => {
    const cluster = planOf({ zookeeper: { servers: 3 } });
    const second = planNodeByName(cluster, "zookeeper-2");
    expect(second).toMatchObject({ port: 2182, otherPorts: [2889, 3889] });
    expect(second?.files[0]?.content).toContain(
      "server.1=127.0.0.1:2888:3888\nserver.2=127.0.0.1:2889:3889\nserver.3=127.0.0.1:2890:3890\n",
    );
    expect(second?.files[1]).toEqual({ path: `${second?.directories.work}/myid`, content: "2\n" });
    expect(cluster.zookeeper.url).toBe("zk://127.0.0.1:2181,127.0.0.1:2182,127.0.0.1:2183/mesos");
  });

  it("gives every master the quorum and every process the same ZooKeeper", () => {
    const cluster = planOf({ masters: { count: 5 }, zookeeper: { servers: 3, path: "/swamp" }, agents: 2 });
    expect(cluster.masters.map((url) => url.slice(-4))).toEqual(["5050", "5041", "5042", "5043", "5044"]);
    for (let i = 1; i <= 5; i++) expect(argsOf(cluster, `master-${i}`)).toContain("--quorum=3");
    const mesos = cluster.nodes.filter((node) => node.kind !== "zookeeper");
    expect(mesos.every(({ args }) => args[0]?.endsWith("127.0.0.1:2183/swamp"))).toBe(true);
  });

  it("names agents, and numbers those that share an entry", () => {
    const names = planOf({ agents: [{ count: 2 }, { name: "dagobah", count: 2 }, { name: "hoth" }, {}] });
    expect(names.nodes.slice(2).map((node) => node.name)).toEqual([
      "agent-1",
      "agent-2",
      "dagobah-1",
      "dagobah-2",
      "hoth",
      "agent-6",
    ]);
  });

  it("gives each agent a cgroup, folders and ports for tasks of its own", () => {
    const agents = planOf({ agents: 20 }).nodes.filter((node) => node.kind === "agent");
    expect(agents.map((node) => node.agent?.taskPorts).slice(0, 3)).toEqual([
      { begin: 9000, end: 10_000 },
      { begin: 10_001, end: 10_050 },
      { begin: 10_051, end: 10_100 },
    ]);
    const own = agents.flatMap(({ args }) => args.filter((arg) => /_root=|_dir=/.test(arg)));
    expect(new Set(own).size).toBe(own.length);
  });

  it("binds every process to the address of the spec", () => {
    const cluster = planOf({ bind: "10.1.2.3", zookeeper: { servers: 3 } });
    expect(JSON.stringify(cluster)).not.toContain("127.0.0.1");
    expect(cluster.nodes.every((node) => node.address === "10.1.2.3")).toBe(true);
  });

  it("lets an entry's flags replace and add to those of the plan", () => {
    const agents = [{ flags: { launcher: "linux", docker_kill_orphans: true, strict: false, gc_delay: "2days" } }];
    const cluster = planOf({ agents, masters: { flags: { allocation_interval: "50ms", root_submissions: false } } });
    const args = argsOf(cluster, "agent-1");
    expect(args).toEqual(expect.arrayContaining(["--launcher=linux", "--docker_kill_orphans"]));
    expect(args.slice(-2)).toEqual(["--gc_delay=2days", "--no-strict"]);
    expect(argsOf(cluster, "master-1").slice(-2)).toEqual(["--allocation_interval=50ms", "--no-root_submissions"]);
  });

  it("leaves out what was left empty", () => {
    const args = argsOf(planOf({ agents: [{ attributes: "" }] }), "agent-1");
    expect(args.some((arg) => arg.startsWith("--attributes"))).toBe(false);
  });

  it("of a hundred agents is made", () => {
    const cluster = planOf({ agents: 100, masters: { count: 5 }, zookeeper: { servers: 5 } });
    expect(cluster.nodes).toHaveLength(110);
    expect(meet(portsOf(cluster))).toEqual([]);
  });

  it("that has no ports left is refused", () => {
    expect(() => planOf({ agents: 100 }, { slot: LAST_SLOT })).toThrow("No ports are left below 32768");
  });
});

describe("a folder with an odd name", () => {
  it("is written so that ZooKeeper reads it as it is", () => {
    const cluster = planOf({}, { stateDirectory: "/tmp/Lüke's \\ back\u{1f680}/x" });
    expect(cluster.nodes[0]?.files[0]?.content).toContain(
      "dataDir=/tmp/L\\u00fcke's \\\\ back\\ud83d\\ude80/x/nodes/zookeeper-1/work\n",
    );
  });
});

describe("every command line", () => {
  it("has only flags that a real Mesos knows, each once", () => {
    const cluster = planOf({ masters: { count: 3 }, agents: 2 });
    for (const { kind, args } of cluster.nodes.filter((node) => node.kind !== "zookeeper")) {
      const { switches, valued } = kind === "master" ? MASTER_FLAGS : AGENT_FLAGS;
      const names = args.map((arg) => arg.slice(2).split("=")[0]!);
      expect(new Set(names).size).toBe(names.length);
      for (const [i, name] of names.entries()) {
        const known = args[i]!.includes("=") ? valued.has(name) : switches.has(name.replace(/^no-/, ""));
        expect(known, name).toBe(true);
      }
    }
  });
});

describe("ports", () => {
  const sizes = fc.record({
    zookeeper: fc.record({ servers: fc.constantFrom(1, 3, 5) }),
    masters: fc.record({ count: fc.constantFrom(1, 3, 5) }),
    agents: fc.integer({ min: 1, max: 20 }),
  });

  it("never meet, within a cluster or between clusters of different slots, nor those that the system gives out", () => {
    const clusters = fc.array(sizes, { minLength: LAST_SLOT + 1, maxLength: LAST_SLOT + 1 });
    fc.assert(
      fc.property(clusters, (all) => {
        const ports = all.flatMap((size, slot) => portsOf(planOf(size, { slot })));
        expect(meet(ports)).toEqual([]);
        expect(ports.every(({ begin, end }) => begin > 1024 && end < 32_768)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("that the spec names are kept, and the open ones go round them", () => {
    const cluster = planOf({
      zookeeper: { servers: 3, port: 2888 },
      masters: { count: 3, port: 9500 },
      agents: [{}, { port: 5051 }, { resources: { ports: "10001-10020,10060-10069" } }],
    });
    expect(portsOf({ ...cluster, nodes: cluster.nodes.slice(0, 3) }).map(({ begin }) => begin)).toEqual([
      2888, 2891, 3888, 2889, 2892, 3889, 2890, 2893, 3890,
    ]);
    expect(cluster.masters.map((url) => url.slice(-4))).toEqual(["9500", "9501", "9502"]);
    expect(cluster.agents.map((url) => url.slice(-4))).toEqual(["5052", "5051", "5053"]);
    expect(cluster.nodes.slice(6).map((node) => node.agent?.taskPorts)).toEqual([
      { begin: 10_070, end: 11_070 },
      { begin: 11_071, end: 11_120 },
      { begin: 10_001, end: 10_069 },
    ]);
  });

  it("never meet, whatever the spec names", () => {
    const port = fc.option(fc.integer({ min: 2000, max: 12_000 }), { nil: undefined });
    const agent = fc.record({ port, count: fc.integer({ min: 1, max: 3 }) });
    const written = fc.record({
      zookeeper: fc.record({ servers: fc.constantFrom(1, 3), port }),
      masters: fc.record({ count: fc.constantFrom(1, 3), port }),
      agents: fc.array(agent, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(written, (value) => {
        let cluster: ClusterPlan;
        try {
          cluster = planOf(value);
        } catch {
          // Refused by the parser: two of the ports that it names meet.
          return;
        }
        expect(meet(portsOf(cluster))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("an agent's resources", () => {
  it.each([
    ["cpus:2;ports:[9000-9010]", "cpus:2;mem:4096;disk:10000;ports:[9000-9010]"],
    ["mem:64;cpus(web):1", "mem:64;cpus(web):1;disk:10000;ports:[9000-10000]"],
    ["gpus:1", "gpus:1;cpus:4;mem:4096;disk:10000;ports:[9000-10000]"],
  ])("that are written as %s have their defaults filled in", (resources, text) => {
    expect(planNodeByName(planOf({ agents: [{ resources }] }), "agent-1")?.agent?.resources).toBe(text);
  });
});

describe("the hash", () => {
  const { hash } = planOf({});

  it("is the same for the same cluster, however it is written", () => {
    const agents = [{ attributes: { rack: "r2d2", pod: "demo,dev" }, resources: { cpus: 4 } }];
    expect(planOf({ name: "demo", backend: "local", agents }).hash).toBe(hash);
    const flags = { gc_delay: "2days", strict: false };
    const reversed = { strict: false, gc_delay: "2days" };
    expect(planOf({ agents: [{ flags }] }).hash).toBe(planOf({ agents: [{ flags: reversed }] }).hash);
  });

  it.each([
    [{ name: "other" }, {}],
    [{ engine: "embedded" }, {}],
    [{ agents: 2 }, {}],
    [{ agents: [{ attributes: "rack:c3po" }] }, {}],
    [{ masters: { flags: { quiet: true } } }, {}],
    [{}, { slot: 1 }],
    [{}, { containerProgram: "/usr/sbin/runc" }],
    [{}, { stateDirectory: "/elsewhere" }],
    [{}, { imageStore: "/elsewhere" }],
  ])("tells %j with %j from it", (written, over) => {
    expect(planOf(written, over).hash).not.toBe(hash);
  });
});
