// What one run of `up` works with.
import type { LockedCluster } from "../up-cluster.ts";
import type { LocalOptions } from "./local-options.ts";

export interface UpRun extends LockedCluster {
  options: LocalOptions;
  /** A port that was taken after it had been chosen ends the run with PortLost: other ports are tried then. */
  triesOtherPorts?: boolean;
}
