// Everything that a cluster on this machine is run with.
import type { Engine, Program } from "./engine-programs.ts";

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
