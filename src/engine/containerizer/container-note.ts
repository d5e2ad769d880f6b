// The note about a container that lies on disk while it lives.
import type { ContainerRuntime } from "./assignment.ts";
import type { ProcessIdentity } from "./processes.ts";

/** What is known of a container on disk, below runtime_dir: enough to find and remove it after a crash of anything. */
export interface ContainerNote {
  containerId: string;
  frameworkId: string;
  executorId: string;
  sandbox: string;
  runtime: ContainerRuntime;
  /** Its first process: the executor, or in a container inside another one the task. */
  executor?: ProcessIdentity;
  /** Where the note lies, in a container inside another one. */
  directory?: string;
  /** The executor shares its program with others: what it runs does not descend from its process. */
  shared?: boolean;
}
