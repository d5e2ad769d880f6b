// What the local backend is told about the world it runs in.
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { StepContext } from "../../progress/events.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { LocalPrograms } from "./local-programs.ts";

export interface LocalOptions {
  /** Absolute; clusters lie in `.mesos-up/` below it. */
  root: string;
  /** The user's environment: PATH, HOME, XDG_*, DOCKER_HOST, MESOS_HOME. */
  env: NodeJS.ProcessEnv;
  /** Default: whatever works on this machine. */
  containerRuntime?: ContainerRuntime | "auto" | undefined;
  /** Where the programs come from; by default the machine and the runtime kit. */
  findPrograms: FindPrograms;
}

export type FindPrograms = (spec: ClusterSpec, options: LocalOptions, context: StepContext) => Promise<LocalPrograms>;
