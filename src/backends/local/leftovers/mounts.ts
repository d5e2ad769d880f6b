// Mounts that were left below a folder: they keep it from being removed.
import { readFileSync } from "node:fs";

/** Mount points below `folder`, the deepest first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => decode(line.split(" ")[4] ?? ""))
    .filter((path) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

/** Takes them off, also where something still uses them. Resolves with the paths; throws what umount says. */
export async function unmountBelow(folder: string): Promise<string[]> {
  const mounts = mountsBelow(folder);
  if (mounts.length === 0) return [];
  const { execa } = await import("execa");
  for (const path of mounts) await execa("umount", ["--lazy", path]);
  return mounts;
}

/** Spaces and the like stand as octal escapes in the table: `\040`. */
function decode(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
