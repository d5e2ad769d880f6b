import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { errorJson, interruption, runAtTheEdge } from "../../scripts/edge.ts";
import type { CommonOptions } from "../../scripts/options.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
let printed: string;
let statuses: (number | undefined)[];
let before: NodeJS.SignalsListener[][];

beforeEach(() => {
  [printed, statuses] = ["", []];
  before = SIGNALS.map((signal) => process.listeners(signal));
  const taken = (text: unknown, done?: unknown) => {
    printed += String(text);
    if (typeof done === "function") (done as () => void)();
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(taken);
  vi.spyOn(process.stderr, "write").mockImplementation(taken);
  vi.spyOn(process, "exit").mockImplementation(
    ((status?: number) => void statuses.push(status)) as typeof process.exit,
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stdout.removeAllListeners("error");
  SIGNALS.forEach((signal, i) => {
    for (const listener of process.listeners(signal))
      if (!before[i]?.includes(listener)) process.removeListener(signal, listener);
  });
});

describe("a command that is interrupted", () => {
  const options = { timeout: 1000, json: false } as Partial<CommonOptions> as CommonOptions;

  it("ends as the signal if it was cut short", async () => {
    await runAtTheEdge(options, (edge) => {
      process.emit("SIGINT");
      return Promise.reject(edge.signal.reason as Error);
    });
    expect(printed).toContain("Ended by Ctrl-C");
    expect(statuses[0]).toBe(130);
  });

  it("ends as the signal although it came to an end, unless it says that it is done for good", async () => {
    await runAtTheEdge(options, () => {
      process.emit("SIGINT");
      return Promise.resolve({ json: {}, text: "" });
    });
    expect(statuses[0]).toBe(130);
  });

  it("says what it did, and nothing else, if that is done for good", async () => {
    await runAtTheEdge(options, () => {
      process.emit("SIGINT");
      return Promise.resolve({ json: {}, text: "web has 3 instances.", isFinal: true });
    });
    expect(printed).toBe("web has 3 instances.\n");
    expect(statuses).toEqual([0]);
  });

  it("ends as the signal with what it did if the rest was left undone", async () => {
    await runAtTheEdge(options, ({ signal }) => {
      process.emit("SIGINT");
      const error = interruption(signal, "what was removed stays removed");
      return Promise.resolve({ json: errorJson(error), text: "a is gone.", error, isFinal: true });
    });
    expect(printed).toContain("a is gone.\n");
    expect(printed).toContain("Ended by Ctrl-C; what was removed stays removed.");
    expect(printed).not.toContain("taken back");
    expect(statuses[0]).toBe(130);
  });
});
