// The errors a user can meet. Each says in one sentence what happened (`message`) and in one what to do
// (`hint`), and carries a stable `code`; scripts print them once, at the edge.

export interface ErrorDetails {
  /** Stable, upper-case, underscore-separated: what tests and other programs match on. */
  code: string;
  /** What to do about it, as one sentence. */
  hint?: string;
  cause?: unknown;
  /** Clean-ups that failed while this error was being handled; shown with it, never dropped. */
  cleanupErrors?: unknown[];
}

/** The base of every error that this project raises on purpose. */
export class MesosUpError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly cleanupErrors: unknown[];

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.hint = details.hint;
    this.cleanupErrors = details.cleanupErrors ?? [];
  }
}

/** One problem in a file that a user wrote. `line` and `column` count from 1. */
export interface ConfigIssue {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

/** A cluster or app description that cannot be used; names every problem at once. */
export class ConfigError extends MesosUpError {
  readonly issues: ConfigIssue[];
  readonly file: string | undefined;

  constructor(message: string, details: ErrorDetails & { issues?: ConfigIssue[]; file?: string }) {
    super(message, details);
    this.issues = details.issues ?? [];
    this.file = details.file;
  }
}

/** A program that was run and failed. `output` holds the last lines of what it printed. */
export class CommandError extends MesosUpError {
  readonly command: string;
  readonly exitCode: number | undefined;
  readonly output: string;

  constructor(
    message: string,
    details: ErrorDetails & { command: string; exitCode?: number | undefined; output?: string },
  ) {
    super(message, details);
    this.command = details.command;
    this.exitCode = details.exitCode;
    this.output = details.output ?? "";
  }
}

/** A master or agent answered a call with something other than success. */
export class MesosApiError extends MesosUpError {
  readonly status: number;
  readonly body: string;
  /** The same call may succeed later without anything else being done. */
  readonly retryable: boolean;
  /** The subscription is gone: subscribe again before any other call. */
  readonly subscriptionLost: boolean;

  constructor(
    message: string,
    details: ErrorDetails & { status: number; body?: string; retryable?: boolean; subscriptionLost?: boolean },
  ) {
    super(message, details);
    this.status = details.status;
    this.body = details.body ?? "";
    this.retryable = details.retryable ?? false;
    this.subscriptionLost = details.subscriptionLost ?? false;
  }
}

/** A byte stream that is not RecordIO. `offset` counts bytes from the start of the stream. */
export class RecordIoError extends MesosUpError {
  readonly offset: number;

  constructor(message: string, details: ErrorDetails & { offset: number }) {
    super(message, details);
    this.offset = details.offset;
  }
}

/** A task that ended in a state other than the wanted one, as Mesos reported it. */
export class TaskFailedError extends MesosUpError {
  readonly taskId: string;
  readonly state: string;
  readonly reason: string | undefined;
  readonly source: string | undefined;
  /** Last lines of the sandbox's stderr, empty where they could not be had. */
  readonly stderrTail: string;

  constructor(
    message: string,
    details: ErrorDetails & {
      taskId: string;
      state: string;
      reason?: string | undefined;
      source?: string | undefined;
      stderrTail?: string;
    },
  ) {
    super(message, details);
    this.taskId = details.taskId;
    this.state = details.state;
    this.reason = details.reason;
    this.source = details.source;
    this.stderrTail = details.stderrTail ?? "";
  }
}

/** A step of a longer job that failed or ran out of time. */
export class StepError extends MesosUpError {
  readonly step: string;
  readonly elapsedMs: number;
  /** Last log lines of the component that was waited for, empty where there is none. */
  readonly logTail: string;

  constructor(message: string, details: ErrorDetails & { step: string; elapsedMs: number; logTail?: string }) {
    super(message, details);
    this.step = details.step;
    this.elapsedMs = details.elapsedMs;
    this.logTail = details.logTail ?? "";
  }
}
