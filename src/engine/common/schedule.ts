// Time as a parameter: what waits asks for it here, and tests hand in a clock of their own.

/** Runs `action` once after `delayMs`; calling the result before that takes it back. */
export type Schedule = (delayMs: number, action: () => void) => () => void;

export const realSchedule: Schedule = (delayMs, action) => {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
};
