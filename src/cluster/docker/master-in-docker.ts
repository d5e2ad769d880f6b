// A Mesos master in a container of its own address, with its replicated log on a volume that outlives it.
import { masterNode } from "../mesos-nodes.ts";
import type { PlanNode } from "../plan-types.ts";
import { labelled, published, reachedAt, type DockerScene } from "./docker-scene.ts";

/** Where a master keeps everything, inside. */
const DIRECTORY = "/var/lib/mesos";

export function masterInDocker(scene: DockerScene, index: number): PlanNode {
  const { spec, prefix, addresses, ports, zkUrl } = scene;
  const name = `master-${index + 1}`;
  const listensOn = addresses.masters[index] ?? "";
  const port = ports.masters[index] ?? 0;
  const address = reachedAt(scene, listensOn);
  const where = { name, address, listensOn, port, zkUrl, directory: DIRECTORY };
  const node = masterNode({ ...where, cluster: spec.name, masters: spec.masters });
  return {
    ...node,
    container: labelled(scene, "master", name, {
      name: `${prefix}-${name}`,
      image: "mesos",
      network: "cluster",
      ip: listensOn,
      published: published(scene, port),
      // Images differ in their entrypoint: what is run is the plan's to say.
      entrypoint: [node.program],
      command: node.args,
      environment: {},
      mounts: [{ kind: "volume", volume: masterVolume(scene, name), path: DIRECTORY }],
      capabilities: [],
      privileged: false,
      hostPids: false,
      hostCgroups: false,
      // As the first process of its container, a real one does not hear SIGTERM; nothing is lost by a kill.
      stopTimeoutSecs: 2,
    }),
  };
}

/** The volume of a master's replicated log. */
export function masterVolume({ prefix }: Pick<DockerScene, "prefix">, name: string): string {
  return `${prefix}-${name}`;
}
