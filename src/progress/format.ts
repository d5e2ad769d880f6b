// How steps read as text, for every renderer made for people.
import { createColors } from "picocolors";
import type { ProgressEvent } from "./events.ts";

export type Colours = ReturnType<typeof createColors>;

export function colours(enabled: boolean): Colours {
  return createColors(enabled);
}

/** `312 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The line that stays when a step has ended or noted something; undefined for what passes. */
export function lastingLine(event: ProgressEvent, paint: Colours): string | undefined {
  switch (event.type) {
    case "step-done":
      return `${paint.green("✓")} ${withDetail(event.title, event.detail)} ${paint.dim(formatDuration(event.elapsedMs))}`;
    case "step-skipped":
      return `${paint.dim("–")} ${withDetail(event.title, event.detail)}`;
    case "step-failed":
      return `${paint.red("✗")} ${event.title} ${paint.dim(formatDuration(event.elapsedMs))}`;
    case "step-note":
      return `  ${paint.dim(event.message)}`;
    default:
      return undefined;
  }
}

export function percent(fraction: number | undefined): string {
  return fraction === undefined ? "" : ` ${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`;
}

function withDetail(title: string, detail: string | undefined): string {
  return detail === undefined ? title : `${title} · ${detail}`;
}
