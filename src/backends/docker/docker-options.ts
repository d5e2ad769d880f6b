// What the Docker backend is told about the world it runs in.
import type { ClusterPlan } from "../../cluster/plan-types.ts";

export interface DockerOptions {
  /** Absolute; clusters lie in `.mesos-up/` below it. */
  root: string;
  /** The user's environment: PATH, HOME, DOCKER_*, TERRAFORM_BINARY_NAME, TF_*. */
  env: NodeJS.ProcessEnv;
  /** The stacks': writes Terraform's JSON of a plan below `directory`, gives the folder in which Terraform is to run. */
  synthesize: (plan: ClusterPlan, how: { directory: string; host: string }) => Promise<string>;
}
