// Progress as lines that stay: one a step when it ends, and a sign of life from steps that take long.
import { watchingClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { colours, formatDuration, lastingLine, percent } from "./format.ts";
import type { Renderer, RenderStream } from "./render-stream.ts";

/** A running step says how far it is after this long, and again after as long, whether anything is new or not. */
const QUIET_MS = 5000;

interface RunningStep {
  title: string;
  startedMs: number;
  message: string;
  timer: { cancel(): void };
}

export interface PlainRendererOptions {
  stream: RenderStream;
  colour: boolean;
  clock?: Clock;
}

export function createPlainRenderer({ stream, colour, clock = watchingClock }: PlainRendererOptions): Renderer {
  const paint = colours(colour);
  const running = new Map<string, RunningStep>();

  const showLife = (step: RunningStep): void => {
    const elapsed = formatDuration(clock.nowMs() - step.startedMs);
    const text = step.message === "" ? step.title : `${step.title}: ${step.message}`;
    stream.write(`${paint.dim(`… ${text} (${elapsed})`)}\n`);
    step.timer = clock.after(QUIET_MS, () => showLife(step));
  };
  const forget = (id: string): void => {
    running.get(id)?.timer.cancel();
    running.delete(id);
  };

  return {
    emit(event) {
      const line = lastingLine(event, paint);
      if (line !== undefined) stream.write(`${line}\n`);
      if (event.type === "step-started") {
        forget(event.step);
        const timer = clock.after(QUIET_MS, () => showLife(step));
        const step: RunningStep = { title: event.title, startedMs: clock.nowMs(), message: "", timer };
        running.set(event.step, step);
      } else if (event.type === "step-progress") {
        const step = running.get(event.step);
        if (step !== undefined) step.message = `${event.message}${percent(event.fraction)}`;
      } else if (event.type !== "step-note") {
        forget(event.step);
      }
    },
    close() {
      for (const id of running.keys()) forget(id);
    },
  };
}
