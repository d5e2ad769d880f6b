// A cluster in Docker: its nodes, each with its container, and the network, volumes and images that they share.
import { everyAgent, type AssignedPorts } from "../assign-ports.ts";
import type { PlacedNodes } from "../machine-nodes.ts";
import { agentNames } from "../spec.ts";
import type { ClusterSpec } from "../spec.ts";
import { agentInDocker } from "./agent-in-docker.ts";
import { dockerScene, labelled, type DockerScene, type InDocker } from "./docker-scene.ts";
import type { DockerPlan } from "./docker-types.ts";
import { hashOf } from "./hash.ts";
import { dockerLabels } from "./labels.ts";
import { masterInDocker, masterVolume } from "./master-in-docker.ts";
import { MIRROR_NAME } from "./registry-mirror.ts";
import { zookeeperInDocker, zookeeperVolumes } from "./zookeeper-in-docker.ts";

/** @throws ConfigError SUBNET_INVALID */
export function dockerNodes(
  spec: ClusterSpec,
  placement: InDocker,
  ports: AssignedPorts,
): PlacedNodes & { docker: DockerPlan } {
  const scene = dockerScene(spec, placement, ports);
  const names = agentNames(spec.agents).flat();
  const nodes = {
    zookeeper: ports.zookeeper.map((_, index) => zookeeperInDocker(scene, index)),
    masters: ports.masters.map((_, index) => masterInDocker(scene, index)),
    agents: everyAgent(spec.agents).map(({ agent }, i) =>
      agentInDocker(scene, { name: names[i] ?? "", agent, index: i }),
    ),
  };
  const { docker, prefix, images, mirror } = scene;
  const volumes = [
    ...nodes.zookeeper.flatMap(({ name }) => zookeeperVolumes(scene, name).map((volume) => ({ volume, node: name }))),
    ...nodes.masters.map(({ name }) => ({ volume: masterVolume(scene, name), node: name })),
    ...(mirror === undefined ? [] : [{ volume: mirror.volume, node: MIRROR_NAME }]),
  ];
  return {
    ...nodes,
    docker: {
      form: docker.form,
      prefix,
      network: networkOf(scene),
      volumes: volumes.map(({ volume, node }) => ({ name: volume, labels: volumeLabels(scene, volume, node) })),
      images,
      ...(mirror !== undefined && {
        mirror: { ...mirror.plan, container: labelled(scene, "mirror", MIRROR_NAME, mirror.container) },
      }),
    },
  };
}

function networkOf({ spec, stateDirectory, docker, prefix }: DockerScene): DockerPlan["network"] {
  const network = { name: prefix, ...docker.network };
  const labels = dockerLabels({ cluster: spec.name, stateDirectory, role: "network", hash: hashOf(network) });
  return { ...network, labels };
}

function volumeLabels({ spec, stateDirectory }: DockerScene, volume: string, node: string): Record<string, string> {
  return dockerLabels({ cluster: spec.name, stateDirectory, role: "volume", node, hash: hashOf(volume) });
}
