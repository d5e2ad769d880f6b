// Progress as lines that stay: one a step when it ends, and a sign of life from steps that take long.
import { colours, lastingLine, percent } from "./format.ts";
import type { Renderer, RenderStream } from "./render-stream.ts";

/** A step says how far it is after this long, and again after as long. */
const QUIET_MS = 5000;

export function createPlainRenderer({ stream, colour }: { stream: RenderStream; colour: boolean }): Renderer {
  const paint = colours(colour);
  const running = new Map<string, { title: string; lastMs: number }>();
  return {
    emit(event) {
      const line = lastingLine(event, paint);
      if (line !== undefined) stream.write(`${line}\n`);
      if (event.type === "step-started") {
        running.set(event.step, { title: event.title, lastMs: event.atMs });
      } else if (event.type === "step-progress") {
        const step = running.get(event.step);
        if (step === undefined || event.atMs - step.lastMs < QUIET_MS) return;
        step.lastMs = event.atMs;
        stream.write(paint.dim(`… ${step.title}: ${event.message}${percent(event.fraction)}`) + "\n");
      } else if (event.type !== "step-note") {
        running.delete(event.step);
      }
    },
    close: () => undefined,
  };
}
