// Durations in the text form of Mesos's flags and endpoints: a number and a unit, as in "10mins", "1.5secs", "2weeks"
// (stout's duration.hpp). In this project they are milliseconds, precise to the nanosecond.
import { ConfigError } from "../errors.ts";

const NANOSECONDS_PER_MS = 1e6;

/** Mesos's units from the smallest up, each in nanoseconds. */
const UNITS = [
  ["ns", 1],
  ["us", 1e3],
  ["ms", 1e6],
  ["secs", 1e9],
  ["mins", 60e9],
  ["hrs", 3600e9],
  ["days", 24 * 3600e9],
  ["weeks", 7 * 24 * 3600e9],
] as const;

const MESOS_UNITS = new Map<string, number>(UNITS);

/** What people type on a command line, besides Mesos's own units. */
const USER_UNITS = new Map<string, number>([
  ...UNITS,
  ["s", 1e9],
  ["sec", 1e9],
  ["m", 60e9],
  ["min", 60e9],
  ["h", 3600e9],
  ["hr", 3600e9],
  ["d", 24 * 3600e9],
  ["day", 24 * 3600e9],
  ["w", 7 * 24 * 3600e9],
  ["week", 7 * 24 * 3600e9],
]);

/**
 * Milliseconds of a duration as Mesos's flags take it.
 * @throws ConfigError whose message is Mesos's own.
 */
export function parseDurationMs(text: string): number {
  return parse(text, MESOS_UNITS);
}

/**
 * Milliseconds of a duration as people write it on a command line: also "30s", "5m", "2h".
 * @throws ConfigError
 */
export function parseUserDurationMs(text: string): number {
  return parse(text.trim(), USER_UNITS);
}

/**
 * As Mesos prints it: in the largest unit that is not above the duration, or in the one below if only that gives a whole
 * number ("90secs", "10days", "1.5secs" comes out as "1500ms").
 */
export function printDuration(durationMs: number): string {
  const nanoseconds = Math.round(Math.abs(durationMs) * NANOSECONDS_PER_MS);
  const sign = durationMs < 0 ? "-" : "";
  const largest = UNITS.findLastIndex(([, factor]) => factor <= nanoseconds);
  const [unit, factor] = UNITS[largest] ?? UNITS[0];
  const [smallerUnit, smallerFactor] = UNITS[largest - 1] ?? UNITS[0];
  if (nanoseconds % factor !== 0 && nanoseconds % smallerFactor === 0) {
    return `${sign}${nanoseconds / smallerFactor}${smallerUnit}`;
  }
  return `${sign}${nanoseconds / factor}${unit}`;
}

/** The protocol's own form of a duration. */
export function toDurationInfo(durationMs: number): { nanoseconds: number } {
  return { nanoseconds: Math.round(durationMs * NANOSECONDS_PER_MS) };
}

function parse(text: string, units: ReadonlyMap<string, number>): number {
  const digits = /^[0-9.]*/.exec(text)?.[0] ?? "";
  const unit = text.slice(digits.length);
  if (unit === "") throw invalid(`Invalid duration '${text}'`);
  if (!/^(\d+\.?\d*|\.\d+)$/.test(digits)) throw invalid(`Failed to convert '${digits}' to number`);
  const factor = units.get(unit);
  if (factor === undefined) throw invalid(`Unknown duration unit '${unit}'`);
  return Math.round(Number(digits) * factor) / NANOSECONDS_PER_MS;
}

function invalid(message: string): ConfigError {
  return new ConfigError(message, {
    code: "DURATION_INVALID",
    hint: `Write a number and a unit: ${UNITS.map(([unit]) => unit).join(", ")}, as in 30secs.`,
  });
}
