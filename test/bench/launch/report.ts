// What a scheduler's process has used, told to the bench that started it.

export interface ProcessReport {
  /** Of all its threads, since it was started. */
  cpuMs: number;
  /** At its largest. */
  residentBytes: number;
}

/** At the first message; then the process ends. */
export function reportWhenAsked(): void {
  process.once("message", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const report: ProcessReport = { cpuMs: (userCPUTime + systemCPUTime) / 1000, residentBytes: maxRSS * 1024 };
    process.send?.(report, () => process.disconnect());
    process.exitCode = 0;
    setImmediate(() => process.kill(process.pid, "SIGTERM"));
  });
}
