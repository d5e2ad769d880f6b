// What shows that a file is the one that it was.
import { statSync } from "node:fs";

/** Its size in bytes and the time of its last change in milliseconds; "absent" where there is none. */
export function markOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? "absent" : `${stats.size} ${stats.mtimeMs}`;
}
