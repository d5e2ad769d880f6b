// A fault as the catalogue has it: what is done to a cluster, what has to be named, and what puts it right.
import type { Diagnosis } from "../../src/doctor/finding.ts";
import type { Target } from "../../src/doctor/gather/target.ts";
import type { TestedCluster } from "./tested-cluster.ts";

export interface Fault {
  name: string;
  /** Done to a cluster that is well. Resolves once it is done, and gives what the rest of the play needs to know of it. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- Most have nothing to tell, and need not say so.
  inject: (cluster: TestedCluster) => Promise<Injected | void> | Injected | void;
  /**
   * The root cause: the check, what it is about where that is to be told beforehand, and what fails besides. Absent of a
   * fault that is mended before there is anything to be named.
   */
  named?: { id: string; subject?: string; says?: RegExp; besides?: string };
  /**
   * What puts it right: `fix` alone, `fix` with leave to end tasks (which is refused without), nobody but the user, or the
   * scheduler of the tasks itself.
   */
  cure: "fix" | "fix --yes" | "by hand" | "its scheduler";
  /** How many tasks are lost. Default: none. */
  loses?: number;
  /** `fix` is run as a user runs it: what it leaves running is to be a process of its own. */
  asCommand?: boolean;
}

export interface Injected {
  /** The user's part of the cure, done before `fix` where there is both. */
  hand?: () => unknown;
  /** The world as the doctor is shown it, where the fault is not in the world itself. */
  shown?: (target: Target) => Target;
  /** The doctor as somebody else would run it, where the fault is in what that one may do. */
  doctor?: () => Promise<Diagnosis>;
}
