// Hands a sandbox over to the user whose task is going to run in it.
import { lchownSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A folder with all that is in it; links themselves, not what they lead to. */
export function giveAway(path: string, owner: { uid: number; gid: number }): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) giveAway(inner, owner);
    else lchownSync(inner, owner.uid, owner.gid);
  }
  lchownSync(path, owner.uid, owner.gid);
}
