// A sink that remembers: what reports are made from, and what tests look at.
import type { ProgressEvent, ProgressSink } from "./events.ts";

/** A step that has ended. */
export interface StepRecord {
  id: string;
  title: string;
  outcome: "done" | "skipped" | "failed";
  detail?: string;
  elapsedMs: number;
}

export class RecordingSink implements ProgressSink {
  readonly events: ProgressEvent[] = [];
  readonly #forward: ProgressSink | undefined;

  /** Passes everything on to `forward`. */
  constructor(forward?: ProgressSink) {
    this.#forward = forward;
  }

  emit(event: ProgressEvent): void {
    this.events.push(event);
    this.#forward?.emit(event);
  }

  /** The steps that have ended, in the order in which they did. */
  get steps(): StepRecord[] {
    return this.events.flatMap((event): StepRecord[] => {
      switch (event.type) {
        case "step-done":
        case "step-failed": {
          const { step: id, title, elapsedMs } = event;
          const detail = event.type === "step-done" && event.detail !== undefined ? { detail: event.detail } : {};
          return [{ id, title, outcome: event.type === "step-done" ? "done" : "failed", ...detail, elapsedMs }];
        }
        case "step-skipped":
          return [{ id: event.step, title: event.title, outcome: "skipped", detail: event.detail, elapsedMs: 0 }];
        default:
          return [];
      }
    });
  }
}

/** Where progress goes that nobody wants to see. */
export const silentSink: ProgressSink = { emit: () => undefined };
