// What scripts on machines say of a failure: see `fail` in scripts/provision/lib.sh.

/** One sentence of what happened and, where there is one, one of what to do. */
export interface ScriptFailure {
  what: string;
  hint: string | undefined;
}

const FAILED = "MESOS_UP_FAILED: ";
const HINT = "MESOS_UP_HINT: ";

/** The last failure that is told in the lines; undefined where none is. */
export function scriptFailure(lines: readonly string[]): ScriptFailure | undefined {
  const after = (mark: string): string | undefined =>
    lines
      .findLast((line) => line.includes(mark))
      ?.split(mark)[1]
      ?.trim();
  const what = after(FAILED);
  return what === undefined ? undefined : { what, hint: after(HINT) };
}

/** Whether a line is for scriptFailure, and not for people as it stands. */
export function isScriptWord(line: string): boolean {
  return line.includes(FAILED) || line.includes(HINT);
}
