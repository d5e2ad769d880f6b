// Plans of clusters in Docker, for tests.
import fc from "fast-check";
import type { DockerPlacement, DockerPlan, NodeContainer } from "../../../src/cluster/docker/docker-types.ts";
import { parseClusterObject } from "../../../src/cluster/parse-cluster-file.ts";
import type { ClusterPlan, Placement, PlanNode } from "../../../src/cluster/plan-types.ts";
import { plan, planNodeByName } from "../../../src/cluster/plan.ts";

export const STATE = "/home/luke/.mesos-up/demo";

export const onHost: DockerPlacement = {
  form: "host",
  network: { subnet: "172.30.4.0/24", gateway: "172.30.4.1" },
  socket: "/var/run/docker.sock",
  publish: { bind: "127.0.0.1", hostname: "127.0.0.1" },
  cgroups: 2,
  images: {
    zookeeper: { kind: "pull", reference: "zookeeper:3.9" },
    mesos: { kind: "present", reference: "mesos-up/engine:1" },
  },
};

export const bridged: DockerPlacement = { ...onHost, form: "bridge" };

export type DockerClusterPlan = ClusterPlan & { docker: DockerPlan };

export function inDocker(
  written: unknown,
  docker: DockerPlacement = onHost,
  over: Partial<Placement> = {},
): DockerClusterPlan {
  const placement = { stateDirectory: STATE, slot: 0, containerProgram: undefined, imageStore: "" };
  return plan(parseClusterObject(written), { ...placement, ...over, docker }) as DockerClusterPlan;
}

export function nodeOf(cluster: ClusterPlan, name: string): PlanNode & { container: NodeContainer } {
  return planNodeByName(cluster, name) as PlanNode & { container: NodeContainer };
}

/** All containers of a plan, the registry mirror's among them. */
export function containersOf({ nodes, docker }: DockerClusterPlan): NodeContainer[] {
  return [...nodes.map(({ container }) => container!), ...(docker.mirror ? [docker.mirror.container] : [])];
}

/** Cluster files of all sizes that are in order. */
export const anyCluster = fc.record({
  name: fc.constantFrom("demo", "ha", "1st"),
  zookeeper: fc.record({ servers: fc.constantFrom(1, 3, 5), path: fc.constantFrom("/mesos", "/swamp/dagobah") }),
  masters: fc.record({ count: fc.constantFrom(1, 3, 5) }),
  agents: fc
    .array(
      fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        attributes: fc.constantFrom("", "rack:r1", "rack:r2;pod:a,b"),
        sandbox_directory: fc.constantFrom("/sandbox", "/a/${b}/%{c}/$${d}"),
        resources: fc.constantFrom("cpus:2", "cpus(web):1;mem:512"),
        flags: fc.constantFrom({}, { executor_environment_variables: '{"A": "${B}", "C": "%{D}"}', strict: false }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((agents) => agents.map((agent, i) => ({ ...agent, name: `${i}-of-them` }))),
  docker: fc.record({
    privileged: fc.boolean(),
    registry_mirror: fc.constantFrom(false, true, { port: 5555 }),
  }),
});

/** Placements of every form. */
export const anyPlacement: fc.Arbitrary<DockerPlacement> = fc
  .record({ form: fc.constantFrom("host", "bridge"), cgroups: fc.constantFrom(1, 2) })
  .map(({ form, cgroups }) => ({
    ...onHost,
    form,
    cgroups,
    images: { ...onHost.images, mirror: { kind: "pull", reference: "registry:2" } },
  }));
