// What one run of `up` works with, and what comes out of it.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { ClusterSpec } from "../../cluster/spec.ts";
import type { Steps } from "../../progress/steps.ts";
import type { UpOptions, UpResult } from "../backend.ts";
import { endpointsOf } from "./endpoints.ts";
import type { LocalOptions } from "./local-options.ts";
import type { StartedNode } from "./processes/spawn-node.ts";

export interface UpRun {
  spec: ClusterSpec;
  /** The cluster's, which is locked. */
  folder: string;
  options: LocalOptions;
  steps: Steps;
  signal: AbortSignal;
  beforeTakingBack: UpOptions["beforeTakingBack"];
  /** A port that was taken after it had been chosen ends the run with PortLost: other ports are tried then. */
  triesOtherPorts?: boolean;
}

export function resultOf(plan: ClusterPlan, started: StartedNode[], created: boolean): UpResult {
  return { plan, endpoints: endpointsOf(plan), started: started.map(({ node }) => node.name), created };
}
