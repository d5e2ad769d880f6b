import { describe, expect, it } from "vitest";
import { choosePlacement, dockerPlacement, overlap } from "../../../src/backends/docker/placement.ts";
import { pinAgents } from "../../../src/backends/docker/pin-agents.ts";
import type { DaemonFacts } from "../../../src/backends/docker/daemon/describe-daemon.ts";
import { parseClusterFile } from "../../../src/cluster/parse-cluster-file.ts";
import type { Placement } from "../../../src/cluster/plan-types.ts";
import { plan } from "../../../src/cluster/plan.ts";
import type { ClusterSpec } from "../../../src/cluster/spec.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const facts: DaemonFacts = {
  ...{ title: "Docker", architecture: "amd64", cgroups: 2, rootless: false, form: "host" },
  ...{ socket: "/var/run/docker.sock", reachedAt: "127.0.0.1" },
};
const images = { zookeeper: { kind: "pull", reference: "z:1" }, mesos: { kind: "pull", reference: "m:1" } } as const;

/** A daemon elsewhere, so that this machine's own networks do not matter. */
function daemonElsewhere({ networks, agentPorts }: { networks: string[]; agentPorts: number[] }): ScriptedDaemon {
  return new ScriptedDaemon("tcp://192.0.2.1:2375", (call) =>
    call === "GET /networks"
      ? networks.map((Subnet) => ({ Name: "n", IPAM: { Config: [{ Subnet }] } }))
      : agentPorts.map((port) => ({ Command: `mesos-agent --ip=172.30.0.1 --port=${port}` })),
  );
}

const cluster = (text: string): ClusterSpec => parseClusterFile(`backend: docker\n${text}`, "cluster.yaml");

async function place(spec: ClusterSpec, daemon: ScriptedDaemon) {
  const { placement, claims } = await choosePlacement(spec, { daemon, facts, images, stateDirectory: "/state/demo" });
  for (const claim of claims) claim.release();
  return placement;
}

describe("a cluster's place on a daemon", () => {
  it("is a network that no other overlaps with, and ports that no other cluster's agents have", async () => {
    const daemon = daemonElsewhere({ networks: ["172.17.0.0/16", "172.30.0.0/23"], agentPorts: [5451] });
    const { slot, docker } = await place(cluster("name: demo"), daemon);
    expect(slot).toBeGreaterThanOrEqual(3);
    expect(docker?.network).toEqual({ subnet: `172.30.${slot}.0/24`, gateway: `172.30.${slot}.1` });
  });

  it("is the network that the file names, unless that is somebody else's", async () => {
    const spec = cluster("docker: { subnet: 10.9.8.0/24 }");
    const { docker } = await place(spec, daemonElsewhere({ networks: [], agentPorts: [] }));
    expect(docker?.network.gateway).toBe("10.9.8.1");
    const taken = daemonElsewhere({ networks: ["10.9.0.0/16"], agentPorts: [] });
    await expect(place(spec, taken)).rejects.toMatchObject({ code: "NETWORK_TAKEN" });
  });

  it("is never the network that a daemon elsewhere is reached on: nothing would be heard of it any more", async () => {
    const spec = cluster("docker: { subnet: 127.0.0.0/24 }");
    const elsewhere = daemonElsewhere({ networks: [], agentPorts: [] });
    await expect(place(spec, elsewhere)).rejects.toThrow("overlaps with the daemon's own address");
  });
});

describe("two networks", () => {
  it.each([
    ["172.30.0.0/24", "172.30.0.1/24", true],
    ["172.30.0.0/24", "172.30.1.0/24", false],
    ["172.30.7.0/24", "172.16.0.0/12", true],
    ["172.30.7.0/24", "fd00::/8", false],
  ])("%s and %s overlap: %s", (one, other, expected) => {
    expect(overlap(one, other)).toBe(expected);
    expect(overlap(other, one)).toBe(expected);
  });
});

describe("agents that stay", () => {
  const placement: Placement = {
    stateDirectory: "/state/demo",
    slot: 0,
    containerProgram: "docker",
    imageStore: "",
    docker: dockerPlacement(facts, "172.30.0.0/24", images),
  };
  const agentsOf = (spec: ClusterSpec) => plan(spec, placement).nodes.filter(({ kind }) => kind === "agent");

  it("are planned just as they are, whoever is added before them or taken away", () => {
    const before = plan(cluster("agents: [{ name: a }, { name: b, count: 2 }, { name: c }]"), placement);
    const after = cluster("agents: [{ name: new }, { name: b, count: 2 }, { name: c }]");
    const known = new Map(before.nodes.map((node) => [node.name, node]));
    const agents = agentsOf(pinAgents(after, before));
    expect(agents.map(({ name }) => name)).toEqual(["new", "b-1", "b-2", "c"]);
    for (const agent of agents.slice(1)) expect(agent).toEqual(known.get(agent.name));
    const ports = agents.map(({ port }) => port);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it("have the ports that the file gives them all the same", () => {
    const before = plan(cluster("agents: [{ name: a }]"), placement);
    const after = cluster("agents: [{ name: a, port: 7000, resources: 'ports:[8000-8010]' }]");
    expect(agentsOf(pinAgents(after, before))[0]).toMatchObject({
      ...{ port: 7000, agent: { taskPorts: { begin: 8000, end: 8010 } } },
    });
  });
});
