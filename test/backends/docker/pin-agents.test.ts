import { describe, expect, it } from "vitest";
import { agentAddressesOf, pinAgents } from "../../../src/backends/docker/pin-agents.ts";
import { parseClusterObject } from "../../../src/cluster/parse-cluster-file.ts";
import { bridged, inDocker, nodeOf, onHost, type DockerClusterPlan } from "../../cluster/docker/in-docker.ts";

const named = (...names: string[]) => ({ agents: names.map((name) => ({ name })) });

/** The plan that `up` makes of the cluster when its file has changed. */
function changed(before: DockerClusterPlan, docker: typeof onHost, ...names: string[]): DockerClusterPlan {
  const spec = pinAgents(parseClusterObject(named(...names)), before);
  return inDocker(spec, { ...docker, agents: agentAddressesOf(before) });
}

describe("an agent that stays while others come and go", () => {
  it.each([
    ["on published ports", bridged],
    ["on the host's network", onHost],
  ])("is just what it was, %s", (_, docker) => {
    const before = inDocker(named("a", "b", "c"), docker);
    const after = changed(before, docker, "x", "b", "c", "y");
    for (const name of ["b", "c"]) {
      expect(nodeOf(after, name).args).toEqual(nodeOf(before, name).args);
      expect(nodeOf(after, name).container).toEqual(nodeOf(before, name).container);
    }
  });

  it("is just what it was with resources in JSON, which name no ports", () => {
    const disk = { name: "disk", type: "SCALAR", scalar: { value: 64 }, disk: { source: { type: "MOUNT" } } };
    const cpus = { name: "cpus", type: "SCALAR", scalar: { value: 2 } };
    for (const some of [[cpus], [cpus, disk]]) {
      const cluster = parseClusterObject({ agents: [{ name: "a", resources: JSON.stringify(some) }] });
      const before = inDocker(cluster, bridged);
      const after = inDocker(pinAgents(cluster, before), { ...bridged, agents: agentAddressesOf(before) });
      expect(nodeOf(after, "a").args).toEqual(nodeOf(before, "a").args);
    }
  });

  it("has an address that no newcomer is given", () => {
    const before = inDocker(named("a", "b", "c"), bridged);
    const after = changed(before, bridged, "x", "c", "y", "z");
    const addresses = after.nodes.flatMap(({ kind, container }) => (kind === "agent" ? [container?.ip] : []));
    expect(addresses).toEqual(["172.30.4.101", "172.30.4.103", "172.30.4.102", "172.30.4.104"]);
  });
});
