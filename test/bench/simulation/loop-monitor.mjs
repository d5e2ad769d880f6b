// Loaded into a measured process by `node --import`: tells over IPC how long its event loop was held up since it was last
// asked, what allocations it made, and what it holds in memory. Times are processor time of its main thread, so that
// what else the machine does hardly counts.
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
/** Allocations over fewer agents are those that follow a launch; there are thousands of them. */
const MANY_AGENTS = 1000;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let processor = process.cpuUsage();
let longestTurnMs = 0;
let allocations = [];

/** Of the main thread, where Linux tells; else of the whole process. */
function threadMs() {
  // It may be some milliseconds old; to ask for the process's own account is exact, but as slow as much of what is measured.
  try {
    return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

/** Between two ticks lies at least one whole turn of the event loop. */
let tickMs = threadMs();
setInterval(() => {
  const nowMs = threadMs();
  longestTurnMs = Math.max(longestTurnMs, nowMs - tickMs);
  tickMs = nowMs;
}, RESOLUTION_MS).unref();

let run;
let sliceMs = 0;
subscribe("mesos-up:allocation", ({ step, agents }) => {
  if (agents < MANY_AGENTS) return;
  if (step === "begin") run = { agents, beganMs: performance.now(), processorMs: 0, slices: 0, longestSliceMs: 0 };
  if (step === "begin" || step === "resume") {
    sliceMs = threadMs();
    return;
  }
  if (!run) return;
  const usedMs = threadMs() - sliceMs;
  run.slices++;
  run.processorMs += usedMs;
  run.longestSliceMs = Math.max(run.longestSliceMs, usedMs);
  if (step !== "end") return;
  const { beganMs, ...figures } = run;
  allocations.push({ ...figures, elapsedMs: performance.now() - beganMs });
  run = undefined;
});

process.on("message", (id) => {
  // The histogram learns of a block only with the next tick of its own timer, and after a reset it counts from its first.
  const afterTicks = (action) => setTimeout(action, 4 * RESOLUTION_MS);
  afterTicks(() => {
    const used = process.cpuUsage(processor);
    const vitals = {
      id,
      longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      longestTurnMs,
      allocations,
      residentBytes: process.memoryUsage.rss(),
      processorMs: (used.user + used.system) / 1000,
    };
    processor = process.cpuUsage();
    longestTurnMs = 0;
    allocations = [];
    delay.reset();
    afterTicks(() => process.send?.(vitals));
  });
});
process.channel?.unref();
