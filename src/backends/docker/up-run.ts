// What one run of `up` works with.
import type { LockedCluster } from "../up-cluster.ts";
import type { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";

export interface UpRun extends LockedCluster {
  options: DockerOptions;
  daemon: Daemon;
}
