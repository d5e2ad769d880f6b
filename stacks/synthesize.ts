// Plan → Terraform's JSON. Loading CDK for Terraform takes a second or so: import this only where it is needed.
import { resolve } from "node:path";
import { App } from "cdktf";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { ClusterStack } from "./cluster-stack.ts";

export interface SynthesisOptions {
  /** Where the synthesized files go. */
  directory: string;
  /** The daemon, as DOCKER_HOST names it. */
  host?: string | undefined;
}

/** Writes `cdk.tf.json` and gives the absolute path of the folder that it is in, in which Terraform is to run. */
export function synthesize(plan: ClusterPlan, { directory, host }: SynthesisOptions): Promise<string> {
  const app = new App({ outdir: resolve(directory), stackTraces: false });
  const stack = new ClusterStack(app, { plan, host });
  app.synth();
  return Promise.resolve(resolve(directory, "stacks", stack.node.id));
}
