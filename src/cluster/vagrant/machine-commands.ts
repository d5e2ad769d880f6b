// What is run on a machine to make it what the plan says: scripts of scripts/provision with their arguments.
import { ConfigError } from "../../errors.ts";
import { mesosPackage } from "../mesos-package.ts";
import type { PlanNode } from "../plan-types.ts";
import type { ClusterSpec } from "../spec.ts";
import type { VagrantPlacement } from "./vagrant-types.ts";

/** Where mesos-master and mesos-agent come from. */
export type MesosInstall =
  | { by: "package"; address: string; sha256?: string | undefined }
  | { by: "image"; reference: string }
  /** `archive`: to be sent to the machine; absent where the machine's image has the engine. */
  | { by: "engine"; archive?: string | undefined };

const DEFAULT_ZOOKEEPER_IMAGE = "zookeeper:3.9";
const ENGINE_ARCHIVE = "/tmp/mesos-up-engine.tar";

/**
 * Virtual machines get the package unless the cluster file says otherwise; machines that are containers have the embedded
 * engine, and the package if a real Mesos is asked for.
 * @throws ConfigError IMAGE_NEEDS_DOCKER
 */
export function mesosInstall(spec: ClusterSpec, { provider, engineArchive }: VagrantPlacement): MesosInstall {
  const containers = provider === "docker";
  const { engine, images } = spec;
  if (engine === "embedded" || (engine === "auto" && containers && images?.mesos === undefined)) {
    return { by: "engine", archive: engineArchive };
  }
  if (typeof images?.mesos !== "string") return { by: "package", ...mesosPackage(spec) };
  if (!containers) return { by: "image", reference: images.mesos };
  throw new ConfigError("Machines of Vagrant's docker provider have no Docker, in which an image of Mesos would run.", {
    code: "IMAGE_NEEDS_DOCKER",
    hint: "Take images.mesos out of the cluster file, or use another provider, or --backend docker.",
  });
}

export function uploadsOf(install: MesosInstall): { from: string; to: string }[] {
  return install.by === "engine" && install.archive !== undefined
    ? [{ from: install.archive, to: ENGINE_ARCHIVE }]
    : [];
}

export function machineCommands(
  nodes: readonly PlanNode[],
  { spec, vagrant, install }: { spec: ClusterSpec; vagrant: VagrantPlacement; install: MesosInstall },
): string[][] {
  const containers = vagrant.provider === "docker";
  const zookeeperImage = spec.images?.zookeeper ?? DEFAULT_ZOOKEEPER_IMAGE;
  const zookeeperBy = containers ? "debian" : `image:${zookeeperImage}`;
  const hasZookeeper = nodes.some(({ kind }) => kind === "zookeeper");
  return [
    ["prepare.sh"],
    ...(containers ? [] : [["docker.sh"]]),
    ...(hasZookeeper && !containers ? [["image.sh", zookeeperImage]] : []),
    ...(nodes.some(({ kind }) => kind !== "zookeeper") ? [installCommand(install)] : []),
    ...nodes.map((node) => nodeCommand(node, node.kind === "zookeeper" ? zookeeperBy : byOf(install))),
  ];
}

function installCommand(install: MesosInstall): string[] {
  switch (install.by) {
    case "package":
      return ["mesos-package.sh", install.address, ...(install.sha256 === undefined ? [] : [install.sha256])];
    case "image":
      return ["image.sh", install.reference];
    case "engine":
      return ["engine.sh", ...(install.archive === undefined ? [] : [ENGINE_ARCHIVE])];
  }
}

function byOf(install: MesosInstall): string {
  return install.by === "image" ? `image:${install.reference}` : install.by;
}

function nodeCommand(node: PlanNode, by: string): string[] {
  const { kind, program, address, port, directories, files, args } = node;
  return [
    "node.sh",
    ...["--service", program, "--kind", kind, "--address", address, "--port", String(port)],
    ...["--log", directories.log],
    ...[directories.work, ...directories.others].flatMap((directory) => ["--directory", directory]),
    ...files.flatMap(({ path, content }) => ["--file", path, Buffer.from(content).toString("base64")]),
    ...["--by", by, "--", ...args],
  ];
}
