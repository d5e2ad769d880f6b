// What a check comes to: a line for people, the evidence, and a remedy.

export const LAYERS = ["machine", "zookeeper", "masters", "agents", "tasks", "leftovers"] as const;
export type Layer = (typeof LAYERS)[number];

/**
 * From the smallest to the one that costs most:
 * `clear` removes the lock of a process that has ended; `up` starts what is missing; `image` puts an app's image back;
 * `sweep` ends what nobody knows any more; `scheduler` starts the scheduler of an app again; `restart` ends a node and
 * starts it anew; `relaunch` has another task take the place of one; `gone` gives up an agent that is out of
 * reach; `renew` has a node begin with an empty work folder;
 * `rebuild` takes everything down and up again; `by-hand` is nobody's but the user's.
 */
export const REMEDY_KINDS = [
  "clear",
  "up",
  "image",
  "sweep",
  "scheduler",
  "restart",
  "relaunch",
  "gone",
  "renew",
  "rebuild",
  "by-hand",
] as const;
export type RemedyKind = (typeof REMEDY_KINDS)[number];

export interface Remedy {
  /** The exact command, or a sentence where there is none. */
  command: string;
  kind: RemedyKind;
  /** What it is done to: the node, app, instance (web.1), agent ID, image, container, or file. */
  target?: string;
  /** Tasks may end or data may be lost: it is done only when the user says so. */
  losesTasks: boolean;
}

export interface Finding {
  /** As in ZK001: stable, explained in docs/doctor.md. */
  id: string;
  layer: Layer;
  /** The node, agent or task that it is about; absent where it is about the whole. */
  subject?: string;
  /** `unknown`: an earlier finding leaves nothing to be seen here. */
  level: "ok" | "warning" | "failed" | "unknown";
  /** One line. */
  result: string;
  /** What was looked at, and what was seen. */
  evidence: string[];
  remedy?: Remedy;
  /** Of `unknown`: the check that failed before. */
  because?: string;
}

export interface Diagnosis {
  level: "ok" | "warning" | "failed";
  /** The finding that the others follow from; absent where all is well. */
  rootCause?: Finding;
  /** In the order of the layers. */
  findings: Finding[];
}
