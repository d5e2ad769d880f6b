// `--since`: a duration until now, or a time.
import { ConfigError } from "../errors.ts";
import { parseUserDurationMs } from "../mesos/duration.ts";

/**
 * Milliseconds since 1970 of "10m" or "2hrs" (ago), "13:30", "13:30:45" (the latest such time), or a date with or without
 * a time as in "2026-11-21T13:30:45", in this machine's zone unless it names another.
 * @throws ConfigError SINCE_INVALID
 */
export function parseSince(text: string, nowMs: number): number {
  const clock = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock !== null) return latestClock(clock.slice(1).map(Number), nowMs, text);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dateMs(`${text}T00:00:00`, text);
  if (/^\d{4}-\d\d-\d\d[T ]/.test(text)) return dateMs(text.replace(" ", "T"), text);
  try {
    return nowMs - parseUserDurationMs(text);
  } catch {
    throw invalid(text);
  }
}

function latestClock([hour = 0, minute = 0, second = 0]: number[], nowMs: number, text: string): number {
  if (hour > 23 || minute > 59 || second > 59) throw invalid(text);
  const at = new Date(nowMs);
  at.setHours(hour, minute, Number.isNaN(second) ? 0 : second, 0);
  if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
  return at.getTime();
}

function dateMs(iso: string, text: string): number {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) throw invalid(text);
  return atMs;
}

function invalid(text: string): ConfigError {
  return new ConfigError(`"${text}" is no time and no duration.`, {
    code: "SINCE_INVALID",
    hint: "Write how long ago, as in 10m, or when, as in 13:30 or 2026-11-21T13:30:45.",
  });
}
