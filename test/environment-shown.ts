// Waiting for a process as others see it.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

/** Resolves once the kernel shows that variable of a program that was just started: that is only some way into its start. */
export async function environmentShown(child: ChildProcess, variable: string): Promise<void> {
  if (child.pid === undefined) await once(child, "spawn");
  while (!readFileSync(`/proc/${child.pid}/environ`, "latin1").includes(`${variable}=`)) await setImmediate();
}
