// What checks are made of.
import type { Facts } from "./facts.ts";
import type { Finding, Layer, Remedy } from "./finding.ts";

/** A check looks at facts and says what it thinks of each of its subjects, or of the whole. */
export interface Check {
  /** Stable; explained in docs/doctor.md. */
  id: string;
  layer: Layer;
  /** What holds when all is well. */
  title: string;
  /** `before` are the findings of all checks that come earlier. */
  run(facts: Facts, before: Findings): Omit<Finding, "id" | "layer">[];
}

/** What has been found so far. */
export class Findings {
  readonly all: Finding[] = [];

  add(findings: Finding[]): void {
    this.all.push(...findings);
  }

  /** The first of these checks that has not gone well, for that subject or any; warnings do not count. */
  trouble(ids: string[], subject?: string): string | undefined {
    return this.all.find(
      (one) =>
        ids.includes(one.id) &&
        (one.level === "failed" || one.level === "unknown") &&
        (subject === undefined || one.subject === undefined || one.subject === subject),
    )?.id;
  }

  /** Whether this check found anything but good of that subject. */
  isUnwell(id: string, subject: string): boolean {
    return this.all.some((one) => one.id === id && one.subject === subject && one.level !== "ok");
  }
}

type Said = Omit<Finding, "id" | "layer">;

export function ok(result: string, subject?: string, evidence: string[] = []): Said {
  return { ...about(subject), level: "ok", result, evidence };
}

export function unwell(
  level: "warning" | "failed",
  result: string,
  details: { subject?: string | undefined; evidence: string[]; remedy?: Remedy | undefined },
): Said {
  const { subject, evidence, remedy } = details;
  return { ...about(subject), level, result, evidence, ...(remedy === undefined ? {} : { remedy }) };
}

/** Nothing can be said, since an earlier check has failed. */
export function unknown(because: string, subject?: string): Said {
  return {
    ...about(subject),
    level: "unknown",
    result: `not to be told while ${because} fails`,
    evidence: [],
    because,
  };
}

function about(subject: string | undefined): { subject?: string } {
  return subject === undefined ? {} : { subject };
}
