// The nodes of a cluster in Docker, each with its container, and the network, volumes and images that they share.
// Facts about Mesos in containers: docs/docker.md.
import { everyAgent, type AssignedPorts } from "../assign-ports.ts";
import { nodeDirectory, stateHash, zookeeperUrl, type PlacedNodes } from "../machine-nodes.ts";
import { agentNode, masterNode } from "../mesos-nodes.ts";
import type { Placement, PlanNode } from "../plan-types.ts";
import { agentNames } from "../spec.ts";
import type { ClusterSpec } from "../spec.ts";
import { agentContainer, agentFlags } from "./agent-container.ts";
import { dockerAddresses } from "./docker-addresses.ts";
import type { DockerScene } from "./docker-scene.ts";
import type { DockerPlacement, DockerPlan, NodeContainer } from "./docker-types.ts";
import { hashOf } from "./hash.ts";
import { dockerLabels, type Labelled } from "./labels.ts";
import { MASTER_DIRECTORY, masterContainer } from "./master-container.ts";
import { MIRROR_NAME, mirroredImages, registryMirror } from "./registry-mirror.ts";
import { zookeeperContainer, zookeeperVolumes } from "./zookeeper-container.ts";

type InDocker = Placement & { docker: DockerPlacement };

/** @throws ConfigError SUBNET_INVALID */
export function dockerNodes(
  spec: ClusterSpec,
  placement: InDocker,
  ports: AssignedPorts,
): PlacedNodes & { docker: DockerPlan } {
  const { docker, stateDirectory } = placement;
  const prefix = dockerPrefix(spec.name, stateDirectory);
  const addresses = dockerAddresses(spec, docker);
  const mirror = registryMirror({ spec, docker, prefix, ip: addresses.mirror, slot: placement.slot });
  const images = mirroredImages(docker.images, mirror?.plan);
  const { bind } = docker.publish;
  const scene: DockerScene = {
    spec,
    docker,
    prefix,
    addresses,
    images,
    publish: (own) => (docker.form === "host" ? [] : own.map((port) => ({ bind, port }))),
  };
  const labelled = labeller(spec.name, stateDirectory);

  // Inside of the cluster's network everybody is at an address there, whatever is published for those outside.
  const inside = ports.zookeeper.map(({ client }, i) => ({ address: addresses.zookeeper[i] ?? "", port: client }));
  const zkUrl = zookeeperUrl(inside, spec);
  const outside = (own: string | undefined): string => (docker.form === "host" ? (own ?? "") : docker.publish.hostname);
  const directory = (name: string): string => nodeDirectory(stateDirectory, name);

  const zookeeper = ports.zookeeper.map((own, i): PlanNode => {
    const name = `zookeeper-${i + 1}`;
    return {
      name,
      kind: "zookeeper",
      address: outside(addresses.zookeeper[i]),
      port: own.client,
      otherPorts: ports.zookeeper.length === 1 ? [] : [own.quorum, own.election],
      directories: { work: "/data", log: "/logs", others: ["/datalog"] },
      files: [],
      program: "zookeeper",
      args: [],
      container: labelled("zookeeper", name, zookeeperContainer(scene, name, ports.zookeeper, i)),
    };
  });
  const masters = ports.masters.map((port, i): PlanNode => {
    const name = `master-${i + 1}`;
    const listensOn = addresses.masters[i] ?? "";
    const address = outside(listensOn);
    const { masters: settings, name: cluster } = spec;
    const node = masterNode({
      ...{ name, address, listensOn, port, zkUrl },
      ...{ directory: MASTER_DIRECTORY, cluster, masters: settings },
    });
    return { ...node, container: labelled("master", name, masterContainer(scene, node, listensOn)) };
  });
  const names = agentNames(spec.agents).flat();
  const agents = everyAgent(spec.agents).map(({ agent }, i): PlanNode => {
    const name = names[i] ?? "";
    const listensOn = addresses.agents[i] ?? "";
    const { port = 0, tasks } = ports.agents[i] ?? {};
    const node = agentNode({
      ...{ name, address: outside(listensOn), listensOn, port, zkUrl, directory: directory(name), agent },
      ...{ taskPorts: tasks, cgroupsRoot: `${prefix}-${name}`, containerProgram: "docker" },
      imageStore: mirror?.plan.url,
      placed: agentFlags(scene),
    });
    return { ...node, container: labelled("agent", name, agentContainer(scene, node, listensOn)) };
  });

  const volume = (role: Labelled["role"], node: string, name: string): DockerPlan["volumes"][number] => {
    const labels = { cluster: spec.name, stateDirectory, role: "volume" as const, node, hash: hashOf([role, name]) };
    return { name, labels: dockerLabels(labels) };
  };
  const network = { name: prefix, ...docker.network };
  const networkLabels = { cluster: spec.name, stateDirectory, role: "network" as const, hash: hashOf(network) };
  return {
    zookeeper,
    masters,
    agents,
    docker: {
      form: docker.form,
      prefix,
      network: { ...network, labels: dockerLabels(networkLabels) },
      volumes: [
        ...zookeeper.flatMap(({ name }) => zookeeperVolumes(prefix, name).map((one) => volume("zookeeper", name, one))),
        ...masters.map(({ name }) => volume("master", name, `${prefix}-${name}`)),
        ...(mirror === undefined ? [] : [volume("mirror", MIRROR_NAME, mirror.volume)]),
      ],
      images,
      ...(mirror !== undefined && {
        mirror: { ...mirror.plan, container: labelled("mirror", MIRROR_NAME, mirror.container) },
      }),
    },
  };
}

/** How the names of everything begin that a cluster has in Docker: another folder's cluster of that name has others. */
export function dockerPrefix(cluster: string, stateDirectory: string): string {
  return `up-${cluster}-${stateHash(stateDirectory)}`;
}

function labeller(cluster: string, stateDirectory: string) {
  return (role: Labelled["role"], node: string, container: Omit<NodeContainer, "labels">): NodeContainer => ({
    ...container,
    labels: dockerLabels({ cluster, stateDirectory, role, node, hash: hashOf(container) }),
  });
}
