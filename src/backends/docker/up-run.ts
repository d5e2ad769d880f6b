// What one run of `up` works with.
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { Steps } from "../../progress/steps.ts";
import type { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";

export interface UpRun {
  spec: ClusterSpec;
  /** The cluster's, which is locked. */
  folder: string;
  options: DockerOptions;
  steps: Steps;
  signal: AbortSignal;
  daemon: Daemon;
}
