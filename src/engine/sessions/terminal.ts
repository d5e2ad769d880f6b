// A terminal for a command, made by `script` of util-linux: the agent itself has no way to a pseudo-terminal.
import { readFileSync } from "node:fs";
import { shellWord } from "../../cluster/shell-word.ts";
import { runCommand } from "../containerizer/run-command.ts";
import { treeOf } from "../containerizer/processes.ts";
import type { WindowSize } from "./process-io.ts";

/** The same program with its arguments on a terminal of its own; what it writes to stderr comes out on stdout. */
export function onTerminal(file: string, args: readonly string[]): { file: string; args: string[] } {
  const words = [file, ...args].map(shellWord);
  return { file: "script", args: ["-q", "-e", "-f", "-c", `exec ${words.join(" ")}`, "/dev/null"] };
}

/** `/dev/pts/…` of the terminal that the program of this number has made; undefined where it has not yet, or is gone. */
export function terminalMadeBy(pid: number): string | undefined {
  return treeOf(pid)
    .filter((one) => one !== pid)
    .flatMap((one) => terminalOf(one) ?? [])[0];
}

/** @throws CommandFailure */
export async function setWindowSize(
  terminal: string,
  { rows, columns }: WindowSize,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await runCommand("stty", ["-F", terminal, "rows", String(rows), "columns", String(columns)], { env });
}

/** /dev/pts/N, from field 7 of /proc/PID/stat: its major number is 136 to 143 for pseudo-terminals. */
function terminalOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const device = Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[4]);
    const major = (device >> 8) & 0xfff;
    const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
    return major < 136 || major > 143 ? undefined : `/dev/pts/${(major - 136) * 0x100000 + minor}`;
  } catch {
    return undefined; // It has ended meanwhile.
  }
}
