// The nodes of a cluster on machines of Vagrant's, and the machines themselves.
import { everyAgent, type AssignedPorts } from "../assign-ports.ts";
import { cgroupsPrefix, zookeeperUrl, type PlacedNodes } from "../machine-nodes.ts";
import { agentNode, masterNode } from "../mesos-nodes.ts";
import type { NodeKind, Placement, PlanNode } from "../plan-types.ts";
import { agentNames } from "../spec.ts";
import type { ClusterSpec } from "../spec.ts";
import { zookeeperNode } from "../zookeeper-node.ts";
import { machineContainer } from "./machine-container.ts";
import { machineCommands, mesosInstall, uploadsOf } from "./machine-commands.ts";
import { machineSeats, type MachineSeat } from "./vagrant-machines.ts";
import { defaultVagrantSpec, fittingResources } from "./vagrant-spec.ts";
import type { PlanMachine, VagrantPlacement, VagrantPlan } from "./vagrant-types.ts";

type OnMachines = Placement & { vagrant: VagrantPlacement };

/** Everything that a cluster writes on its machines lies below it. */
export const MACHINE_DIRECTORY = "/var/local/mesos";

/** Where a machine has the images that are to be launched without Docker. */
export const MACHINE_IMAGE_STORE = `${MACHINE_DIRECTORY}/images`;

/** @throws ConfigError IMAGE_NEEDS_DOCKER */
export function vagrantNodes(
  spec: ClusterSpec,
  placement: OnMachines,
  ports: AssignedPorts,
): PlacedNodes & { vagrant: VagrantPlan } {
  const { vagrant } = placement;
  const seats = machineSeats(spec);
  const nodes = nodesOn(seats, { spec, placement, ports });
  const { box, box_version: boxVersion } = spec.vagrant ?? defaultVagrantSpec();
  return {
    ...nodes,
    vagrant: {
      provider: vagrant.provider,
      box,
      ...(boxVersion !== undefined && { boxVersion }),
      machines: seats.map((seat) => machineAt(seat, nodes, { spec, placement })),
    },
  };
}

interface Scene {
  spec: ClusterSpec;
  placement: OnMachines;
  ports: AssignedPorts;
}

function nodesOn(seats: MachineSeat[], { spec, placement, ports }: Scene): PlacedNodes {
  const addressOf = (kind: "zookeeper" | "master" | "agent", index: number): string =>
    seats.find((seat) => seat[kind] === index)?.address ?? "";
  const ensemble = ports.zookeeper.map((own, i) => ({ ...own, address: addressOf("zookeeper", i) }));
  const zkUrl = zookeeperUrl(
    ensemble.map(({ address, client }) => ({ address, port: client })),
    spec,
  );
  const names = agentNames(spec.agents).flat();
  const flags = (kind: NodeKind) => ({ log_dir: logDirectory(kind) });
  const install = mesosInstall(spec, placement.vagrant);
  const { agents } = spec.vagrant ?? defaultVagrantSpec();
  const masters = { ...spec.masters, flags: { ...flags("master"), ...spec.masters.flags } };
  return {
    zookeeper: ensemble.map((own, index) =>
      logging(
        zookeeperNode({ address: own.address, ports: own, ensemble, index, directory: directoryOf("zookeeper") }),
      ),
    ),
    masters: ports.masters.map((port, i) => {
      const node = { name: `master-${i + 1}`, address: addressOf("master", i), port, zkUrl };
      return logging(masterNode({ ...node, directory: directoryOf("master"), cluster: spec.name, masters }));
    }),
    agents: everyAgent(spec.agents).map(({ agent }, i) => {
      const name = names[i] ?? "";
      const { port = 0, tasks } = ports.agents[i] ?? {};
      const node = agentNode({
        ...{ name, address: addressOf("agent", i), port, zkUrl, directory: directoryOf("agent"), agent },
        taskPorts: tasks,
        fittingResources: fittingResources(agents),
        cgroupsRoot: cgroupsPrefix(placement.stateDirectory) + name,
        containerProgram: placement.containerProgram,
        imageStore: placement.vagrant.provider === "docker" ? MACHINE_IMAGE_STORE : undefined,
        // Executors in containers of their own outlive the agent's.
        placed: { ...flags("agent"), docker_mesos_image: install.by === "image" ? install.reference : undefined },
      });
      return logging(node);
    }),
  };
}

function machineAt(
  seat: MachineSeat,
  { zookeeper, masters, agents }: PlacedNodes,
  { spec, placement }: Pick<Scene, "spec" | "placement">,
): PlanMachine {
  const { name, address, size } = seat;
  const own = [
    seat.zookeeper === undefined ? undefined : zookeeper[seat.zookeeper],
    seat.master === undefined ? undefined : masters[seat.master],
    seat.agent === undefined ? undefined : agents[seat.agent],
  ].filter((node) => node !== undefined);
  const container = machineContainer(name, { spec, placement, imageStore: MACHINE_IMAGE_STORE });
  const install = mesosInstall(spec, placement.vagrant);
  return {
    ...{ name, address, ...size },
    nodes: own.map((node) => node.name),
    uploads: uploadsOf(install),
    commands: machineCommands(own, { spec, vagrant: placement.vagrant, install }),
    ...(container !== undefined && { container }),
  };
}

function directoryOf(kind: NodeKind): string {
  return `${MACHINE_DIRECTORY}/${kind}`;
}

/** Where people look for logs: a machine has one node of a kind. */
function logDirectory(kind: NodeKind): string {
  return `${MACHINE_DIRECTORY}/logs/${kind}`;
}

function logging(node: PlanNode): PlanNode {
  return { ...node, directories: { ...node.directories, log: logDirectory(node.kind) } };
}
