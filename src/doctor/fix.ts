// Applies remedies one at a time, and looks again after each.
import type { Diagnosis, Finding, Remedy } from "./finding.ts";

export interface FixOptions {
  look: () => Promise<Diagnosis>;
  /** Does what the remedy says. Throws where it cannot. */
  apply: (remedy: Remedy) => Promise<void>;
  nowMs: () => number;
  sleep: (durationMs: number) => Promise<void>;
}

export interface Repair {
  /** The finding that it was meant for. */
  finding: string;
  command: string;
  outcome: "helped" | "did not help" | "failed";
  /** Of `failed`: why. */
  said?: string;
}

export interface Fixed {
  diagnosis: Diagnosis;
  repairs: Repair[];
}

/** What was started anew is given this long to be found well: an agent has to register first. */
const SETTLE_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** Goes on until all is well or nothing is left to try. Each remedy is tried once. */
export async function fix(options: FixOptions): Promise<Fixed> {
  const repairs: Repair[] = [];
  const tried = new Set<string>();
  let diagnosis = await options.look();
  for (;;) {
    const next = unwell(diagnosis).find(({ remedy }) => isOurs(remedy) && !tried.has(keyOf(remedy)));
    if (next?.remedy === undefined) return { diagnosis, repairs };
    tried.add(keyOf(next.remedy));
    const { command } = next.remedy;
    const finding = next.id;
    try {
      await options.apply(next.remedy);
    } catch (error) {
      repairs.push({
        finding,
        command,
        outcome: "failed",
        said: error instanceof Error ? error.message : String(error),
      });
      diagnosis = await options.look();
      continue;
    }
    diagnosis = await settled(next, options);
    repairs.push({ finding, command, outcome: isStillThere(next, diagnosis) ? "did not help" : "helped" });
  }
}

/** The smallest remedies first; among equals those of what the others follow from. */
function unwell({ findings }: Diagnosis): Finding[] {
  const rank = { up: 0, restart: 1, "by-hand": 2 };
  return findings
    .filter(({ level }) => level === "failed" || level === "warning")
    .sort((a, b) => rank[a.remedy?.kind ?? "by-hand"] - rank[b.remedy?.kind ?? "by-hand"]);
}

/** What may lose tasks or data is the user's to do. */
function isOurs(remedy: Remedy | undefined): remedy is Remedy {
  return remedy !== undefined && remedy.kind !== "by-hand" && !remedy.losesTasks;
}

function keyOf({ kind, node }: Remedy): string {
  return `${kind} ${node ?? ""}`;
}

/** All well, or what it is when the time is over. */
async function settled(finding: Finding, options: FixOptions): Promise<Diagnosis> {
  const begunMs = options.nowMs();
  for (;;) {
    const diagnosis = await options.look();
    if (diagnosis.level === "ok") return diagnosis;
    const isOver = options.nowMs() - begunMs >= SETTLE_MS;
    if (isOver || (!isStillThere(finding, diagnosis) && !hasUnknown(diagnosis))) return diagnosis;
    await options.sleep(LOOK_EVERY_MS);
  }
}

function isStillThere({ id, subject }: Finding, { findings }: Diagnosis): boolean {
  return findings.some((one) => one.id === id && one.subject === subject && one.level !== "ok");
}

function hasUnknown({ findings }: Diagnosis): boolean {
  return findings.some(({ level }) => level === "unknown");
}
