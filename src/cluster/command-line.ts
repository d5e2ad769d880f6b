// Flags → arguments of a Mesos program.
import type { Flags } from "./spec.ts";

/**
 * `--name=value` in the order given, `--name` and `--no-name` for true and false; undefined leaves a flag out. What is
 * in `over` replaces or, sorted by name, follows.
 */
export function commandLine(flags: Flags, over: Flags): string[] {
  const sorted = Object.entries(over).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.entries({ ...flags, ...Object.fromEntries(sorted) }).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [typeof value === "boolean" ? `--${value ? "" : "no-"}${name}` : `--${name}=${value}`];
  });
}
