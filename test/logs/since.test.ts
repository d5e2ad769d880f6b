import { describe, expect, it } from "vitest";
import { parseSince } from "../../src/logs/since.ts";

const now = new Date(2026, 10, 21, 14, 0, 0).getTime();

describe("--since", () => {
  const known = [
    ["10m", now - 600_000],
    ["2hrs", now - 7_200_000],
    ["13:30", new Date(2026, 10, 21, 13, 30).getTime()],
    ["13:30:45", new Date(2026, 10, 21, 13, 30, 45).getTime()],
    ["23:00", new Date(2026, 10, 20, 23).getTime()],
    ["2026-11-20", new Date(2026, 10, 20).getTime()],
    ["2026-11-20 08:00:00", new Date(2026, 10, 20, 8).getTime()],
    ["2026-11-20T08:00:00Z", Date.UTC(2026, 10, 20, 8)],
  ] as const;
  it.each(known)("%s is a moment", (text, atMs) => expect(parseSince(text, now)).toBe(atMs));

  it.each(["", "yesterday", "25:00", "2026-13-99", "10"])("%j is refused", (text) => {
    expect(() => parseSince(text, now)).toThrow(/is no time and no duration/);
  });
});
