// Facts of a cluster that is well, for tests to spoil.
import type {
  AgentFacts,
  Answer,
  AppFacts,
  Facts,
  MasterFacts,
  NodeFacts,
  ServerFacts,
} from "../../src/doctor/facts.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import type { ClusterPlan } from "../../src/cluster/plan-types.ts";

export function answered<T>(value: T, tookMs = 3): Answer<T> {
  return { kind: "answered", value, tookMs };
}

export function silent<T>(): Answer<T> {
  return { kind: "silent", said: "no answer within 1500 ms", tookMs: 1500 };
}

export function refused<T>(): Answer<T> {
  return { kind: "refused", said: "connect ECONNREFUSED", tookMs: 1 };
}

interface Size {
  zookeeper?: 1 | 3;
  masters?: 1 | 3;
}

/** One agent; as many ZooKeeper servers and masters as asked for. */
export function healthyFacts({ zookeeper = 1, masters = 1 }: Size = {}): Facts {
  const planned = planOf(zookeeper, masters);
  const named = (kind: string) => planned.nodes.filter((node) => node.kind === kind);
  const leader = planned.masters[0] ?? "";
  const attributes = { rack: "r2d2", pod: "demo,dev" };
  return {
    cluster: "demo",
    plan: planned,
    machine: {
      cpus: 2,
      memoryAvailableBytes: 8e9,
      diskFreeBytes: 5e10,
      diskTotalBytes: 1e11,
      folderWritable: true,
      containerRuntime: { program: "docker", version: answered("20.10.24") },
      processorQuota: undefined,
      cgroups: { version: 2, controllers: ["cpu", "memory"], writable: ["cpu", "memory"], notByDocker: [] },
    },
    nodes: planned.nodes.map(({ name, kind, address, port }, index): NodeFacts => ({
      ...{ name, kind, address, port, state: "running", pid: 100 + index, version: "1.12.0" },
      ...{ suspended: false, logTail: "" },
    })),
    servers: named("zookeeper").map(({ name, address, port }, index): ServerFacts => ({
      ...{ name, address: `${address}:${port}` },
      report: answered({
        version: "3.8.0",
        mode: zookeeper === 1 ? "standalone" : index === 0 ? "leader" : "follower",
      }),
    })),
    elected: answered(planned.masters),
    masters: named("master").map(({ name, address, port, args }, index): MasterFacts => ({
      ...{ name, url: `http://${address}:${port}`, version: answered("1.12.0"), leader: answered(leader) },
      flags: answered(flagsOf(args)),
      metrics: answered({
        "master/elected": index === 0 ? 1 : 0,
        "registrar/log/recovered": 1,
        "registrar/log/ensemble_size": masters,
      }),
    })),
    agents: named("agent").map(({ name, address, port, args }): AgentFacts => ({
      ...{ name, url: `http://${address}:${port}`, metrics: answered({ "slave/registered": 1 }) },
      state: answered({ id: "S0", version: "1.12.0", attributes, flags: flagsOf(args) }),
    })),
    leader: {
      url: leader,
      agents: answered([
        {
          id: "S0",
          hostname: "127.0.0.1",
          port: 5051,
          pid: "slave(1)@127.0.0.1:5051",
          active: true,
          attributes,
          resources: {},
        },
      ]),
      tasks: answered({ running: [], unreachable: [], orphans: [], waiting: [] }),
      frameworks: answered([]),
      subscribes: answered(true),
    },
    folders: planned.nodes.map(({ name, directories }) => ({ node: name, path: directories.work, state: "writable" })),
    sandboxes: [],
    schedulers: [
      { app: "web", view: answered({ over: false, subscription: "subscribed", obstacle: undefined, apps: [app()] }) },
    ],
    claims: [],
    strayContainers: [],
    clocks: [{ name: "master-1", skewMs: 0 }],
  };
}

/** One instance that runs and answers. */
function app(): AppFacts {
  const http = { url: "http://127.0.0.1:9000/", answer: answered(200) };
  return {
    ...{ name: "web", wanted: 1, running: 1, image: { reference: "nginx", isThere: true } },
    instances: [{ id: "web.1", state: "running", taskId: "web.1.x", restarts: 0, lastFailure: undefined, http }],
  };
}

function planOf(servers: 1 | 3, masters: 1 | 3): ClusterPlan {
  const spec = defaultClusterSpec();
  const quorum = (masters + 1) / 2;
  const placement = { stateDirectory: "/clusters/demo", slot: 0, containerProgram: "docker", imageStore: "/images" };
  const sized = {
    ...spec,
    zookeeper: { ...spec.zookeeper, servers },
    masters: { ...spec.masters, count: masters, quorum },
  };
  return plan(sized, placement);
}

function flagsOf(args: string[]): Record<string, string> {
  return Object.fromEntries(
    args.map((arg) => {
      const [name = "", ...value] = arg.replace(/^--/, "").split("=");
      return [name, value.join("=")];
    }),
  );
}
