import { describe, expect, it } from "vitest";
import { changesOf } from "../../src/backends/compare-plans.ts";
import { parseClusterFile } from "../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec, type ClusterSpec } from "../../src/cluster/spec.ts";

const before = planOf(() => undefined);

describe("changesOf", () => {
  it("finds nothing in the same description", () => {
    expect(
      changesOf(
        before,
        planOf(() => undefined),
      ),
    ).toEqual([]);
  });

  it("names flags that changed, appeared or went, node by node", () => {
    const after = planOf((spec) => {
      spec.agents[0]!.attributes = "";
      spec.agents[0]!.flags = { switch_user: false };
      spec.masters.flags = { roles: "web" };
    });
    expect(changesOf(before, after)).toEqual(["master-1: --roles", "agent-1: --attributes, --switch_user"]);
  });

  it("names nodes that are gone, and an engine that is another", () => {
    const two = planOf((spec) => (spec.agents[0]!.count = 2));
    expect(changesOf(two, { ...before, engine: "mesos" })).toEqual(["engine: auto, now mesos", "agent-2 is gone"]);
  });

  it("names the size of machines, by which agents offer other resources too", () => {
    const sized = (size: string) =>
      plan(parseClusterFile(`vagrant: { ${size} }\n`, "cluster.yaml", { backend: "vagrant" }), {
        ...{ stateDirectory: "/state/demo", slot: 0, containerProgram: undefined, imageStore: "" },
        vagrant: { provider: "virtualbox" },
      });
    const machines = sized("agents: { memory: 2048, cpus: 2 }");
    expect(changesOf(machines, sized("agents: { memory: 4096, cpus: 4 }"))).toEqual([
      "agent-1: --resources",
      "machine mesos-agent: memory from 2048 to 4096, cpus from 2 to 4",
    ]);
    expect(changesOf(machines, sized("masters: { memory: 2048 }"))).toEqual([
      "machine mesos-master: memory from 1024 to 2048",
    ]);
  });

  it("lets new agents join", () => {
    const two = planOf((spec) => (spec.agents[0]!.count = 2));
    expect(changesOf(before, two)).toEqual([]);
  });

  it("does not let ZooKeeper grow under a running cluster", () => {
    const three = planOf((spec) => (spec.zookeeper.servers = 3));
    expect(changesOf(before, three)).toEqual(["zookeeper-1: zoo.cfg, myid", "master-1: --zk", "agent-1: --master"]);
  });
});

function planOf(change: (spec: ClusterSpec) => unknown) {
  const spec = defaultClusterSpec();
  change(spec);
  return plan(spec, { stateDirectory: "/state/demo", slot: 0, containerProgram: undefined, imageStore: "/images" });
}
