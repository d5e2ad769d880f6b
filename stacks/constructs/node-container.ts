// One container of a plan as a resource, field by field.
import { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import type { ContainerMount, NodeContainer } from "../../src/cluster/docker/docker-types.ts";
import type { ClusterNetwork } from "./cluster-network.ts";
import type { ClusterVolumes } from "./cluster-volumes.ts";
import { identifier, labelBlocks, literal, literals } from "./literal.ts";

/** What the containers of a cluster share. */
export interface Surroundings {
  network: ClusterNetwork;
  volumes: ClusterVolumes;
}

export interface PlannedContainer {
  container: NodeContainer;
  /** An expression. */
  imageId: string;
}

/** A master ends itself when it loses its leadership and wants to be started again; a wrong flag must not go on for ever. */
const RESTART = { restart: "on-failure", maxRetryCount: 5 } as const;

/**
 * Podman reads these back as others than it was given, which would make every container anew at every `up`. What the plan has
 * changed of them shows in the label with its hash, which does so, too.
 */
const READ_BACK_AS_OTHERS = ["capabilities", "pid_mode"];

export class NodeContainerConstruct extends Construct {
  readonly container: Container;

  constructor(scope: Construct, id: string, { container: planned, imageId }: PlannedContainer, around: Surroundings) {
    super(scope, id);
    this.container = new Container(this, "container", {
      name: planned.name,
      image: imageId,
      ...(planned.entrypoint && { entrypoint: literals(planned.entrypoint) }),
      ...(planned.command.length > 0 && { command: literals(planned.command) }),
      env: Object.entries(planned.environment).map(([name, value]) => `${name}=${literal(value)}`),
      ...placeInNetwork(planned, around),
      ports: planned.published.map(({ bind, port }) => ({ internal: port, external: port, ip: bind })),
      volumes: planned.mounts.map((mount) => volume(mount, around)),
      ...privileges(planned),
      ...(planned.healthcheck && { healthcheck: healthcheck(planned.healthcheck) }),
      ...RESTART,
      mustRun: true,
      ...(planned.waitUntilHealthy && { wait: true }),
      stopTimeout: planned.stopTimeoutSecs,
      labels: labelBlocks(planned.labels),
      // On the host's network too: what binds the gateway's address can do so once the network is there.
      dependsOn: [around.network.network],
      lifecycle: { ignoreChanges: READ_BACK_AS_OTHERS },
    });
    this.container.overrideLogicalId(identifier(id));
  }
}

function placeInNetwork({ network, ip }: NodeContainer, around: Surroundings): Partial<ContainerConfig> {
  if (network === "host") return { networkMode: "host" };
  const { name } = around.network.network;
  return { networksAdvanced: [{ name, ...(ip !== undefined && { ipv4Address: ip }) }] };
}

function volume(mount: ContainerMount, { volumes }: Surroundings) {
  const containerPath = literal(mount.path);
  if (mount.kind === "bind") return { hostPath: literal(mount.source), containerPath };
  return { volumeName: volumes.nameOf(mount.volume), containerPath };
}

function privileges({ privileged, capabilities, hostPids, hostCgroups }: NodeContainer): Partial<ContainerConfig> {
  return {
    ...(privileged && { privileged: true }),
    ...(capabilities.length > 0 && { capabilities: { add: capabilities } }),
    ...(hostPids && { pidMode: "host" }),
    ...(hostCgroups && { cgroupnsMode: "host" }),
  };
}

function healthcheck({ test, ...rest }: NonNullable<NodeContainer["healthcheck"]>) {
  return { test: literals(test), ...rest };
}
