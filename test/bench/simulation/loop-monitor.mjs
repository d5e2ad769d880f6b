// Loaded into a measured process by `node --import`: tells over IPC how long its event loop was held up since it was last
// asked, and what it holds in memory.
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let processor = process.cpuUsage();

process.on("message", (id) => {
  // The histogram learns of a block only with the next tick of its own timer, and after a reset it counts from its first.
  const afterTicks = (action) => setTimeout(action, 4 * RESOLUTION_MS);
  afterTicks(() => {
    const used = process.cpuUsage(processor);
    const vitals = {
      id,
      longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
      residentBytes: process.memoryUsage.rss(),
      processorMs: (used.user + used.system) / 1000,
    };
    processor = process.cpuUsage();
    delay.reset();
    afterTicks(() => process.send?.(vitals));
  });
});
process.channel?.unref();
