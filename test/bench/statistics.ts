// Medians, and the table that a bench prints them in.
import Table from "cli-table3";

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that this share (0 to 1) of all of them does not exceed. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** "median (min–max)", in whole numbers; a dash where nothing was measured. */
export function summary(values: number[]): string {
  if (values.length === 0) return "–";
  return `${Math.round(median(values))} (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`;
}

/** One column per variant, one row per figure. */
export function figureTable(columns: string[], rows: [name: string, ...figures: string[]][]): string {
  const table = new Table({ head: ["", ...columns], style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}
