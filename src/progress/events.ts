// What a long job tells whoever watches it: typed events, rendered elsewhere. A job never prints.

/** A step has exactly one `started`, any number of `progress` and `note`, then `done`, `skipped` or `failed`. */
export type ProgressEvent =
  | { type: "step-started"; step: string; title: string; atMs: number }
  | { type: "step-progress"; step: string; message: string; fraction?: number; atMs: number }
  | { type: "step-note"; step: string; message: string; atMs: number }
  | { type: "step-done"; step: string; title: string; detail?: string; elapsedMs: number; atMs: number }
  | { type: "step-skipped"; step: string; title: string; detail: string; atMs: number }
  | { type: "step-failed"; step: string; title: string; error: unknown; elapsedMs: number; atMs: number };

/** Where events go: a renderer, a recording for tests, or nowhere. `atMs` is milliseconds since the job began. */
export interface ProgressSink {
  emit(event: ProgressEvent): void;
}

/** The handle a running step has on its own progress. */
export interface StepContext {
  readonly signal: AbortSignal;
  progress(message: string, fraction?: number): void;
  note(message: string): void;
  /** Ends up behind the title when the step is done, as in "ZooKeeper answers · 127.0.0.1:2181". */
  detail(text: string): void;
  /** There is nothing to do, and why: the step ends as skipped when its work returns. */
  skip(reason: string): void;
}
