// Finds what a cluster on this machine is run with: what is installed, and what the runtime kit fetches for the rest.
import { join } from "node:path";
import { chooseContainerRuntime, type ContainerRuntime } from "./container-runtime.ts";
import { findEngine, type Engine, type Program } from "./engine-programs.ts";
import {
  defaultCacheDirectory,
  resolveRuntime,
  zookeeperCommand,
  type Runtime,
  type RuntimePart,
} from "./kit/index.ts";
import type { FindPrograms } from "./local-options.ts";

/** Asks the machine, and the runtime kit for what it lacks; throws what those throw. */
export const findLocalPrograms: FindPrograms = async (spec, { env, containerRuntime = "auto" }, context) => {
  const engine = findEngine(spec.engine, env);
  const containers = await chooseContainerRuntime(containerRuntime, env);
  const runtime = await resolveRuntime({
    need: ["zookeeper", ...partsFor(containers, engine)],
    environment: env,
    signal: context.signal,
    progress: context,
  });
  return {
    engine,
    zookeeper: (configFile) => zookeeperOf(runtime, configFile),
    containerProgram: containers === "runc" ? runtime.programs.runc?.path : containers,
    imageStore: join(defaultCacheDirectory(env), "images"),
    programFolders: runtime.extraPath,
  };
};

/** Only the embedded engine runs containers through runc: it needs programs for images and for a container's network. */
function partsFor(containers: ContainerRuntime, engine: Engine): RuntimePart[] {
  if (containers !== "runc" || engine.kind !== "embedded") return [];
  return ["runc", "skopeo", "umoci", process.getuid?.() === 0 ? "ip" : "slirp4netns"];
}

function zookeeperOf({ zookeeper }: Runtime, configFile: string): Program {
  if (zookeeper === undefined) throw new Error("the runtime kit gave no ZooKeeper though it was asked for one");
  return zookeeperCommand(zookeeper, configFile);
}
