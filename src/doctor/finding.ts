// What a check comes to: a line for people, the evidence, and a remedy.

export const LAYERS = ["machine", "zookeeper", "masters", "agents", "tasks"] as const;
export type Layer = (typeof LAYERS)[number];

/** From the smallest to the one that costs most. */
export type RemedyKind = "up" | "restart" | "by-hand";

export interface Remedy {
  /** The exact command, or a sentence where there is none. */
  command: string;
  /** `up` mends what is missing, `restart` ends the node and starts it anew; `by-hand` is nobody's but the user's. */
  kind: RemedyKind;
  /** Of `restart`: the node. */
  node?: string;
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
