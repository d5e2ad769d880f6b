// The head of a line of a log: when it was written and how serious it is. glog's format (Mesos), those of ZooKeeper's
// servers (logback, log4j, slf4j-simple) and of its C client, what web servers and most programs begin a line with, JSON.

export const LEVELS = ["D", "I", "W", "E", "F"] as const;
/** glog's letters, with D for what is below INFO. */
export type Level = (typeof LEVELS)[number];

export interface LineHead {
  /** Milliseconds since 1970. */
  atMs: number;
  level?: Level | undefined;
}

interface LineFormat {
  pattern: RegExp;
  head: (groups: Record<string, string | undefined>, nowMs: number) => LineHead | undefined;
}

const CLOCK = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
const DATE = String.raw`(?<year>\d{4})[-/](?<month>\d\d)[-/](?<day>\d\d)`;
const ZONE = String.raw`(?<zone>Z|[+-]\d\d:?\d\d)?`;

const glog: LineFormat = {
  pattern: new RegExp(
    String.raw`^(?<level>[IWEF])(?<year>\d{4})?(?<month>\d\d)(?<day>\d\d) ${CLOCK}\.(?<fraction>\d{6}) +\d+ [^ :]+:\d+\] `,
  ),
  head: (groups, nowMs) => head(groups, nowMs, groups["level"] as Level),
};

/** "2026-11-21 13:30:45,435 [myid:1] - INFO  [main:…] - …", "2026-11-21T13:30:45.435 [main] INFO org.… - …" */
const server: LineFormat = {
  pattern: new RegExp(
    String.raw`^${DATE}[T ]${CLOCK}[.,](?<fraction>\d{3})${ZONE} \[[^\]]*\] (?:- )?(?<word>TRACE|DEBUG|INFO|WARN|ERROR|FATAL) `,
  ),
  head: (groups, nowMs) => head(groups, nowMs, levelOfWord(groups["word"])),
};

/** "2026-11-21 13:33:40,022:17823(0x7f…):ZOO_INFO@log_env@726: …": masters and agents print these among their own. */
const client: LineFormat = {
  pattern: new RegExp(
    String.raw`^${DATE} ${CLOCK},(?<fraction>\d{3}):\d+(?:\(0x[0-9a-f]+\))?:ZOO_(?<word>DEBUG|INFO|WARN|ERROR)@`,
  ),
  head: (groups, nowMs) => head(groups, nowMs, levelOfWord(groups["word"])),
};

/** "2026-11-21T13:30:45.123Z …", "2026/11/21 13:30:45 [error] …" */
const dated: LineFormat = {
  pattern: new RegExp(
    String.raw`^\[?${DATE}[T ]${CLOCK}(?:[.,](?<fraction>\d{1,9}))?${ZONE}\]?(?=[\s:]|$)(?:\s+\[?(?<word>[A-Za-z]+)\]?(?=[\s:]|$))?`,
  ),
  head: (groups, nowMs) => head(groups, nowMs, levelOfWord(groups["word"])),
};

/** The common log format of web servers: '127.0.0.1 - - [21/Nov/2026:13:30:45 +0000] "GET / …"' */
const access: LineFormat = {
  pattern: new RegExp(
    String.raw`^\S+ \S+ \S+ \[(?<day>\d\d)/(?<name>[A-Z][a-z]{2})/(?<year>\d{4}):${CLOCK} (?<zone>[+-]\d{4})\] "`,
  ),
  head: ({ name = "", ...groups }, nowMs) => {
    const month = MONTHS.indexOf(name) + 1;
    return month === 0 ? undefined : head({ ...groups, month: String(month).padStart(2, "0") }, nowMs, "I");
  },
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A JSON object that begins as ours and those of many others do: '{"level":"info","time":"2026-11-21T13:30:45.123Z",…' */
const json: LineFormat = {
  pattern: new RegExp(
    String.raw`^\{"level":"(?<word>[A-Za-z]+)","time":"${DATE}T${CLOCK}(?:\.(?<fraction>\d{1,9}))?${ZONE}"`,
  ),
  head: (groups, nowMs) => head(groups, nowMs, levelOfWord(groups["word"])),
};

const FORMATS = [glog, server, client, access, dated, json];

/**
 * The head of a line; undefined for one that goes on with what the line before it says. Times without a zone are this
 * machine's; one without a year is of the latest year in which it is not in the future by more than a day.
 */
export function parseLine(line: string, nowMs: number): LineHead | undefined {
  for (const { pattern, head } of FORMATS) {
    const groups = pattern.exec(line)?.groups;
    const found = groups && head(groups, nowMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function head(
  groups: Record<string, string | undefined>,
  nowMs: number,
  level: Level | undefined,
): LineHead | undefined {
  const { year, month, day, hour, minute, second, fraction = "0", zone } = groups;
  const [monthNumber, dayNumber] = [Number(month), Number(day)];
  if (monthNumber < 1 || monthNumber > 12 || dayNumber < 1 || dayNumber > 31) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const inYear = (number: number): number => {
    const parts = [number, monthNumber - 1, dayNumber, Number(hour), Number(minute), Number(second)] as const;
    const offsetMs = offsetOf(zone);
    const wholeMs = offsetMs === undefined ? new Date(...parts).getTime() : Date.UTC(...parts) - offsetMs;
    return wholeMs + Number(`0.${fraction}`) * 1000;
  };
  return { atMs: year === undefined ? latest(inYear, nowMs) : inYear(Number(year)), level };
}

const DAY_MS = 24 * 3600 * 1000;

function latest(inYear: (year: number) => number, nowMs: number): number {
  const thisYear = new Date(nowMs + DAY_MS).getFullYear();
  const atMs = inYear(thisYear);
  return atMs > nowMs + DAY_MS ? inYear(thisYear - 1) : atMs;
}

/** Milliseconds east of Greenwich; undefined for this machine's own time. */
function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (zone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const WORDS: Partial<Record<string, Level>> = {
  ...{ trace: "D", debug: "D", info: "I", notice: "I", warn: "W", warning: "W", error: "E", err: "E" },
  ...{ crit: "F", critical: "F", alert: "F", emerg: "F", fatal: "F" },
};

/** The level that a word names: "WARN", "warning", "W". */
export function levelOfWord(word: string | undefined): Level | undefined {
  const lower = word?.toLowerCase() ?? "";
  return lower.length === 1 ? LEVELS.find((level) => level.toLowerCase() === lower) : WORDS[lower];
}
