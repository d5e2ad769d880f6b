import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { parseUserDurationMs, parseDurationMs, printDuration, toDurationInfo } from "../../src/mesos/duration.ts";

describe("a duration", () => {
  it.each([
    ["10mins", 600_000],
    ["1.5secs", 1500],
    ["2weeks", 1_209_600_000],
    ["250ms", 250],
    ["1ns", 1e-6],
    ["0ns", 0],
    [".5hrs", 1_800_000],
  ])("%s is read as %d ms", (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  it.each([
    ["10", "Invalid duration '10'"],
    ["", "Invalid duration ''"],
    ["5m", "Unknown duration unit 'm'"],
    ["5 secs", "Unknown duration unit ' secs'"],
    ["secs", "Failed to convert '' to number"],
    ["1.2.3secs", "Failed to convert '1.2.3' to number"],
    ["-1secs", "Failed to convert '' to number"],
  ])("%j is refused", (text, message) => {
    expect(() => parseDurationMs(text)).toThrow(ConfigError);
    expect(() => parseDurationMs(text)).toThrow(message);
  });

  it("may be written more loosely by people", () => {
    expect(parseUserDurationMs("30s")).toBe(30_000);
    expect(parseUserDurationMs(" 5m ")).toBe(300_000);
    expect(parseUserDurationMs("10mins")).toBe(600_000);
    expect(() => parseUserDurationMs("5 parsecs")).toThrow("Unknown duration unit");
  });

  it.each([
    [600_000, "10mins"],
    [15_000, "15secs"],
    [90_000, "90secs"],
    [1500, "1500ms"],
    [60_000, "1mins"],
    [10 * 24 * 3_600_000, "10days"],
    [14 * 24 * 3_600_000, "2weeks"],
    [6 * 3_600_000, "6hrs"],
    [0, "0ns"],
    [0.001, "1us"],
    [-5000, "-5secs"],
  ])("of %d ms prints as %s", (durationMs, text) => {
    expect(printDuration(durationMs)).toBe(text);
  });

  it("comes back from its printed form", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), (durationMs) => {
        expect(parseDurationMs(printDuration(durationMs))).toBeCloseTo(durationMs, 5);
      }),
    );
  });

  it("is counted in nanoseconds by the protocol", () => {
    expect(toDurationInfo(1500)).toEqual({ nanoseconds: 1_500_000_000 });
  });
});
