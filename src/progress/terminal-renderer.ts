// Progress on a terminal: what has ended stays, what runs moves below it.
import { createLogUpdate } from "log-update";
import { watchingClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { colours, formatDuration, lastingLine, percent } from "./format.ts";
import type { Renderer, RenderStream } from "./render-stream.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

interface RunningStep {
  title: string;
  startedMs: number;
  message: string;
}

export interface TerminalRendererOptions {
  stream: RenderStream;
  colour: boolean;
  clock?: Clock;
}

export function createTerminalRenderer({ stream, colour, clock = watchingClock }: TerminalRendererOptions): Renderer {
  const paint = colours(colour);
  // The cursor is left alone: a killed process could not show it again.
  const live = createLogUpdate(stream as NodeJS.WritableStream, { showCursor: true });
  const running = new Map<string, RunningStep>();
  let frame = 0;
  let timer: { cancel(): void } | undefined;

  const draw = (): void => {
    const spinner = paint.cyan(FRAMES[frame % FRAMES.length] ?? "");
    const lines = [...running.values()].map((step) => {
      const elapsed = formatDuration(clock.nowMs() - step.startedMs);
      return `${spinner} ${runningLine(step, elapsed, stream.columns ?? 80)} ${paint.dim(elapsed)}`;
    });
    if (lines.length === 0) live.clear();
    else live(lines.join("\n"));
  };
  const tick = (): void => {
    frame++;
    draw();
    timer = running.size === 0 ? undefined : clock.after(FRAME_MS, tick);
  };

  return {
    emit(event) {
      if (event.type === "step-started") {
        running.set(event.step, { title: event.title, startedMs: clock.nowMs(), message: "" });
        timer ??= clock.after(FRAME_MS, tick);
      } else if (event.type === "step-progress") {
        const step = running.get(event.step);
        if (step) step.message = `${event.message}${percent(event.fraction)}`;
        // Drawn with the next frame: a download reports far more often.
        return;
      } else if (event.type !== "step-note") {
        running.delete(event.step);
      }
      const line = lastingLine(event, paint);
      if (line !== undefined) live.persist(line);
      draw();
    },
    close() {
      timer?.cancel();
      running.clear();
      live.clear();
      live.done();
    },
  };
}

/** One line: what wraps would be hard to read while it moves. */
function runningLine(step: RunningStep, elapsed: string, columns: number): string {
  const text = step.message === "" ? step.title : `${step.title} · ${step.message}`;
  const room = Math.max(1, columns - elapsed.length - "⠋  ".length);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
