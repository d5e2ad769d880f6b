// What every renderer of progress is, and what it writes to.
import type { ProgressSink } from "./events.ts";

/** What a renderer writes to, stderr in practice. */
export interface RenderStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

export interface Renderer extends ProgressSink {
  /** Leaves the terminal as it should be; to be called before anything else is written there. */
  close(): void;
}
