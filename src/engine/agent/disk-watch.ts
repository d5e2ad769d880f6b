// How full the disk of the sandboxes is, and how old sandboxes may therefore grow (src/slave/slave.cpp, checkDiskUsage).
import { statfsSync } from "node:fs";
import { printDuration } from "../../mesos/duration.ts";
import type { Clock } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import type { GarbageCollector } from "./garbage-collector.ts";

export interface DiskWatchOptions {
  clock: Clock;
  log: Log;
  garbage: GarbageCollector;
  /** --disk_watch_interval */
  intervalMs: number;
  /** --gc_delay */
  delayMs: number;
  /** --gc_disk_headroom: the share of the disk that is to stay free. */
  headroom: number;
  /** The used share of the disk, between 0 and 1. */
  usage: () => number;
}

/** Looks now and at every interval; folders above the age that the disk permits are removed. */
export function watchDisk(options: DiskWatchOptions): void {
  const { clock, garbage, intervalMs, delayMs, headroom, usage } = options;
  const log = options.log.named("slave.cpp");
  const look = (): void => {
    const used = usage();
    const ageMs = delayMs * Math.max(0, 1 - headroom - used);
    log.info(`Current disk usage ${(used * 100).toFixed(2)}%. Max allowed age: ${printDuration(ageMs)}`);
    garbage.prune(delayMs - ageMs);
  };
  look();
  clock.every(intervalMs, look);
}

/** The used share of the file system that holds an existing folder, between 0 and 1. */
export function diskUsage(directory: string): number {
  const { blocks, bfree } = statfsSync(directory);
  return blocks === 0 ? 0 : (blocks - bfree) / blocks;
}
