// Waiting, after a remedy, for what comes of it.
import type { Diagnosis, Finding } from "./finding.ts";

export interface SettleOptions {
  look: () => Promise<Diagnosis>;
  /** What there was before the remedy. */
  before: Diagnosis;
  /** Whether the finding has a remedy that was not tried yet. */
  isUntried: (finding: Finding) => boolean;
  nowMs: () => number;
  sleep: (durationMs: number) => Promise<void>;
}

/** What was started anew is given this long to be found well: an agent has to register first. */
const SETTLE_MS = 15_000;
/** What was found for so long, with nothing left open, does not pass by itself. */
const STEADY_MS = 2_000;
const LOOK_EVERY_MS = 200;

/** All well, or what it is when the time is over, or as soon as to wait is of no use. */
export async function settled(finding: Finding, options: SettleOptions): Promise<Diagnosis> {
  const begunMs = options.nowMs();
  let last = "";
  let sinceMs = begunMs;
  for (;;) {
    const diagnosis = await options.look();
    if (diagnosis.level === "ok" || options.nowMs() - begunMs >= SETTLE_MS) return diagnosis;
    if (!isStillThere(finding, diagnosis)) {
      const left = unwell(diagnosis);
      const now = left.map(keyOfFinding).join();
      if (now !== last) [last, sinceMs] = [now, options.nowMs()];
      const isSteady = !isOpen(diagnosis, options.before) && options.nowMs() - sinceMs >= STEADY_MS;
      // To start what is missing is of no harm to anything else, and what waits for that need not be waited for here.
      if (isSteady || left.some((one) => one.remedy?.kind === "up" && options.isUntried(one))) return diagnosis;
    }
    await options.sleep(LOOK_EVERY_MS);
  }
}

/** Whether something is not to be told because of what only the remedy has brought about: it may pass. */
function isOpen({ findings }: Diagnosis, before: Diagnosis): boolean {
  const known = new Set(unwell(before).map(({ id }) => id));
  return findings.some(({ level, because }) => level === "unknown" && (because === undefined || !known.has(because)));
}

export function unwell({ findings }: Diagnosis): Finding[] {
  return findings.filter(({ level }) => level === "failed" || level === "warning");
}

/** Of the check, and what it is about. */
export function keyOfFinding({ id, subject = "" }: Finding): string {
  return `${id} ${subject}`;
}

export function isStillThere({ id, subject }: Finding, { findings }: Diagnosis): boolean {
  return findings.some((one) => one.id === id && one.subject === subject && one.level !== "ok");
}
