// How a process ended, as wait(2) says it.
const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGKILL: 9,
  SIGTERM: 15,
  SIGSEGV: 11,
  SIGABRT: 6,
  SIGINT: 2,
};

/** The exit code times 256, or the number of the signal that ended it: SIGKILL's where that is not known. */
export function waitStatus(code: number | null, name: NodeJS.Signals | null): number {
  return code === null ? (SIGNAL_NUMBERS[name ?? "SIGKILL"] ?? 9) : code * 256;
}
