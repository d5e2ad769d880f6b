// This machine, as far as a cluster on it needs it.
import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { basename } from "node:path";
import type { PlanNode } from "../../cluster/plan-types.ts";
import { ask, type AskOptions } from "../ask.ts";
import { valueOf, type MachineFacts } from "../facts.ts";
import { cgroupFacts, processorQuota, readText } from "./cgroups.ts";
import { isWritable } from "./folders.ts";
import type { Target } from "./target.ts";

/** Undefined where the cluster runs elsewhere. */
export async function machineFacts(
  { plan }: Target,
  { env, options }: { env: NodeJS.ProcessEnv; options: AskOptions },
): Promise<MachineFacts | undefined> {
  if (plan === undefined || plan.vagrant !== undefined) return undefined;
  const runtime = plan.nodes.some(runsImages) ? plan.containerProgram : undefined;
  const mountinfo = readText("/proc/self/mountinfo") ?? "";
  const [version, notByDocker] = await Promise.all([
    runtime === undefined ? undefined : ask((signal) => versionOfRuntime(runtime, env, signal), options),
    runtime === undefined ? undefined : ask((signal) => missingLimits(runtime, env, signal), options),
  ]);
  return {
    cpus: availableParallelism(),
    processorQuota: processorQuota(mountinfo, { own: readText("/proc/self/cgroup") ?? "", read: readText }),
    memoryAvailableBytes: memoryAvailable(),
    ...disk(plan.stateDirectory),
    folderWritable: isWritable(plan.stateDirectory),
    containerRuntime: runtime === undefined || version === undefined ? undefined : { program: runtime, version },
    // In the bridge form the daemon, and with it every agent, is on another machine.
    cgroups:
      plan.docker?.form === "bridge"
        ? undefined
        : {
            ...cgroupFacts(mountinfo, { read: readText, isWritable }),
            notByDocker: valueOf(notByDocker) ?? [],
          },
  };
}

function runsImages({ kind, args }: PlanNode): boolean {
  return kind === "agent" && args.some((arg) => /^--containerizers=.*docker/.test(arg));
}

/** `docker version` asks the daemon, which is what matters; runc has none. */
async function versionOfRuntime(program: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const args = basename(program) === "runc" ? ["--version"] : ["version", "--format", "{{.Server.Version}}"];
  return (await said(program, args, { env, signal })).split("\n")[0] ?? "";
}

/** What agents have Docker limit for every task, by what it says of itself. */
const LIMITS = { cpu: "CPUShares", memory: "MemoryLimit" };

async function missingLimits(program: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string[]> {
  if (basename(program) !== "docker") return [];
  const info = JSON.parse(await said(program, ["info", "--format", "{{json .}}"], { env, signal })) as Record<
    string,
    unknown
  >;
  return Object.entries(LIMITS).flatMap(([controller, name]) => (info[name] === false ? [controller] : []));
}

async function said(
  program: string,
  args: string[],
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<string> {
  const { execa } = await import("execa");
  const { exitCode, stdout, stderr, failed, shortMessage } = await execa(program, args, {
    ...{ env, extendEnv: false, reject: false, cancelSignal: signal },
  });
  if (failed || exitCode !== 0) throw new Error(stderr.trim().split("\n").at(-1) || shortMessage);
  return stdout;
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
