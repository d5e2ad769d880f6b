// Everything that a cluster on this machine is run with.
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { StepContext } from "../../progress/events.ts";
import type { Engine, Program } from "./engine-programs.ts";
import type { LocalOptions } from "./local-options.ts";

export interface LocalPrograms {
  engine: Engine;
  /** The command that starts ZooKeeper with a given zoo.cfg. */
  zookeeper: (configFile: string) => Program;
  /** For the agent's --docker, see Placement. */
  containerProgram: string | undefined;
  /** Absolute path of the image store. */
  imageStore: string;
  /** Folders with runc, skopeo, umoci and the like, put before the user's own PATH. */
  programFolders: string[];
}

export type FindPrograms = (spec: ClusterSpec, options: LocalOptions, context: StepContext) => Promise<LocalPrograms>;
