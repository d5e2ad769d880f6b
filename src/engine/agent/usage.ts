// What a container uses, from /proc: for /containers and /monitor/statistics.
import { readFileSync } from "node:fs";
import { limitsOf } from "../containerizer/docker-arguments.ts";
import type { Resource } from "../../mesos/types.ts";
import { scalarOf } from "../../mesos/resources.ts";

/** The kernel's clock ticks a second, for user space always this many. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** As in mesos.proto, `ResourceStatistics`. Processes that ended meanwhile count nothing. */
export function statisticsOf(
  pids: readonly number[],
  resources: readonly Resource[],
  nowSeconds: number,
): Record<string, number> {
  const parts = pids.flatMap((pid) => readUsage(pid) ?? []);
  const sum = (field: keyof Usage): number => parts.reduce((total, part) => total + part[field], 0);
  return {
    ...limitsIn(resources, nowSeconds),
    cpus_user_time_secs: sum("userTicks") / TICKS_PER_SECOND,
    cpus_system_time_secs: sum("systemTicks") / TICKS_PER_SECOND,
    mem_rss_bytes: sum("residentPages") * PAGE_BYTES,
  };
}

/** The part that is known without a look at any process. */
export function limitsIn(resources: readonly Resource[], nowSeconds: number): Record<string, number> {
  const { memoryBytes } = limitsOf({ resources: [...resources] }, false);
  return {
    timestamp: nowSeconds,
    cpus_soft_limit: scalarOf(resources, "cpus"),
    ...(memoryBytes === undefined ? {} : { mem_limit_bytes: memoryBytes, mem_soft_limit_bytes: memoryBytes }),
  };
}

interface Usage {
  userTicks: number;
  systemTicks: number;
  residentPages: number;
}

function readUsage(pid: number): Usage | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const residentPages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return { userTicks: Number(fields[11]), systemTicks: Number(fields[12]), residentPages };
  } catch {
    return undefined;
  }
}
