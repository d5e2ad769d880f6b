// This machine, as far as a cluster on it needs it.
import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { basename } from "node:path";
import type { PlanNode } from "../../cluster/plan-types.ts";
import { ask, type AskOptions } from "../ask.ts";
import type { MachineFacts } from "../facts.ts";
import { isWritable } from "./folders.ts";
import type { Target } from "./target.ts";

/** Undefined where the cluster runs elsewhere. */
export async function machineFacts(
  { plan }: Target,
  { env, options }: { env: NodeJS.ProcessEnv; options: AskOptions },
): Promise<MachineFacts | undefined> {
  if (plan === undefined || plan.vagrant !== undefined) return undefined;
  const runtime = plan.nodes.some(runsImages) ? plan.containerProgram : undefined;
  const version =
    runtime === undefined ? undefined : await ask((signal) => versionOfRuntime(runtime, env, signal), options);
  return {
    cpus: availableParallelism(),
    memoryAvailableBytes: memoryAvailable(),
    ...disk(plan.stateDirectory),
    folderWritable: isWritable(plan.stateDirectory),
    containerRuntime: runtime === undefined || version === undefined ? undefined : { program: runtime, version },
  };
}

function runsImages({ kind, args }: PlanNode): boolean {
  return kind === "agent" && args.some((arg) => /^--containerizers=.*docker/.test(arg));
}

/** `docker version` asks the daemon, which is what matters; runc has none. */
async function versionOfRuntime(program: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const { execa } = await import("execa");
  const args = basename(program) === "runc" ? ["--version"] : ["version", "--format", "{{.Server.Version}}"];
  const { exitCode, stdout, stderr, failed, shortMessage } = await execa(program, args, {
    ...{ env, extendEnv: false, reject: false, cancelSignal: signal },
  });
  if (failed || exitCode !== 0) throw new Error(stderr.trim().split("\n").at(-1) || shortMessage);
  return stdout.split("\n")[0] ?? "";
}

/** MemAvailable counts what caches would give back, which free memory does not. */
function memoryAvailable(): number {
  try {
    const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kibibytes === undefined ? freemem() : 1024 * Number(kibibytes);
  } catch {
    return freemem();
  }
}

function disk(folder: string): Pick<MachineFacts, "diskFreeBytes" | "diskTotalBytes"> {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { diskFreeBytes: bavail * bsize, diskTotalBytes: blocks * bsize };
  } catch {
    return { diskFreeBytes: 0, diskTotalBytes: 0 };
  }
}
