// Looks again and again, and tells when something has changed.
import type { Diagnosis } from "./finding.ts";

export interface WatchOptions {
  /** Throws where the watching is to end. */
  look: () => Promise<Diagnosis>;
  /** Until the next look. */
  pause: () => Promise<void>;
}

/** The first diagnosis, and every one that differs from the one before: figures that go up and down are no difference. */
export async function* watch({ look, pause }: WatchOptions): AsyncGenerator<Diagnosis> {
  let before: string | undefined;
  for (;;) {
    const diagnosis = await look();
    const now = unwell(diagnosis);
    if (now !== before) yield diagnosis;
    before = now;
    await pause();
  }
}

function unwell({ findings }: Diagnosis): string {
  const all = findings.filter(({ level }) => level !== "ok");
  return JSON.stringify(all.map(({ id, subject, level }) => [id, subject, level]));
}
