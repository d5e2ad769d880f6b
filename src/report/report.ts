// What a demo saw, as plain data: the one document that `--json` prints and that every other form is made from.

export interface ReportStep {
  id: string;
  title: string;
  outcome: "done" | "skipped" | "failed";
  detail?: string;
  elapsedMs: number;
}

export interface ReportError {
  code: string;
  message: string;
  hint?: string;
  step?: string;
  /** Last lines of what explains it best: a component's log, a task's stderr. */
  evidence?: string;
  /** Every problem of a file that cannot be used. */
  issues?: { path: string; message: string; line?: number; column?: number }[];
}

/** What the HTTP check saw: the answer that was right or, where none came, what came last. */
export interface ReportCheck {
  url: string;
  /** Absent where nobody answered. */
  status?: number;
  /** The `Server` header; empty where there was none. */
  server: string;
  firstBytes: string;
  latencyMs: number;
  attempts: number;
  /** With a site of one's own, and an answer: whether it was the index page, byte by byte. */
  siteMatches?: boolean;
}

/** What a cluster made of a part that failed. */
export interface ReportFault {
  /** "leading master stopped: master-2" */
  fault: string;
  /** "master-1 leads" */
  outcome: string;
  /** From the fault until all was well again. */
  recoveredMs: number;
  /** Requests to the app meanwhile, and how many of them had no right answer. */
  requests: number;
  failed: number;
}

/** Parts that were not reached are absent; `ok` only if nginx answered from a container on an accepted offer. */
export interface DemoReport {
  ok: boolean;
  /** ISO 8601. */
  startedAt: string;
  cluster?: {
    name: string;
    backend: string;
    /** "embedded engine" or "Apache Mesos", with its version. */
    engine: string;
    zookeeper: { connect: string; version: string };
    leadingMaster: { url: string; id: string };
    agents: { name: string; url: string; id: string; attributes: Record<string, string>; active: boolean }[];
  };
  framework?: { id: string; name: string };
  task?: {
    id: string;
    agent: string;
    containerId: string;
    /** "docker" or "runc": what ran the container. */
    runtime: string;
    image: string;
    /** Which nginx it is, where the image says so. */
    imageDetail?: string;
    hostPorts: number[];
    offerId: string;
  };
  check?: ReportCheck;
  /** In the order in which they were made. */
  faults?: ReportFault[];
  steps: ReportStep[];
  /** Milliseconds since the process started: until the cluster was ready, from ACCEPT to HTTP 200, in all. */
  timing: { readyMs?: number; acceptToHttpMs?: number; totalMs: number };
  /** The cluster was left running, and nginx on it. */
  kept: boolean;
  appKept: boolean;
  error?: ReportError;
}
