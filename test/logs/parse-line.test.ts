import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelOfWord, parseLine } from "../../src/logs/parse-line.ts";

const now = new Date(2026, 10, 21, 14, 0, 0).getTime();
const at = (...parts: [number, number, number, number, number, number, number?]) => new Date(...parts).getTime();

describe("the head of a line is read as", () => {
  const known = [
    ["glog", "I1121 13:11:04.123456 12345 master.cpp:123] Elected", at(2026, 10, 21, 13, 11, 4, 123), "I"],
    ["glog with a year", "W20251231 23:59:59.000000  8 slave.cpp:1] x", at(2025, 11, 31, 23, 59, 59), "W"],
    ["glog of last year", "E1231 23:59:59.500000 8 slave.cpp:1] x", at(2025, 11, 31, 23, 59, 59, 500), "E"],
    [
      "log4j",
      "2026-11-21 13:30:45,435 [myid:1] - INFO  [main:QuorumPeer@1] - x",
      at(2026, 10, 21, 13, 30, 45, 435),
      "I",
    ],
    ["slf4j-simple", "2026-11-21T13:30:45.435 [main] WARN org.apache - x", at(2026, 10, 21, 13, 30, 45, 435), "W"],
    [
      "ZooKeeper's C client",
      "2026-11-21 13:33:40,022:17823(0x7f1):ZOO_ERROR@f@1: x",
      at(2026, 10, 21, 13, 33, 40, 22),
      "E",
    ],
    ["nginx's error log", "2026/11/21 13:55:17 [emerg] 1#1: x", at(2026, 10, 21, 13, 55, 17), "F"],
    [
      "an access log",
      '::1 - - [21/Nov/2026:13:55:17 +0100] "GET / HTTP/1.1" 200 1',
      Date.UTC(2026, 10, 21, 12, 55, 17),
      "I",
    ],
    [
      "a line of JSON",
      '{"level":"warn","time":"2026-11-21T13:55:17.123Z","pid":1,"msg":"x"}',
      Date.UTC(2026, 10, 21, 13, 55, 17, 123),
      "W",
    ],
    ["ISO 8601 in UTC", "2026-11-21T13:55:17.123456789Z started", Date.UTC(2026, 10, 21, 13, 55, 17, 123), undefined],
  ] as const;
  it.each(known)("%s", (_name, line, atMs, level) => {
    const head = parseLine(line, now);
    expect(Math.trunc(head?.atMs ?? 0)).toBe(atMs);
    expect(head?.level).toBe(level);
  });

  const continuations = [
    "",
    "    @ 0x7f mesos::Main()",
    "java.io.IOException: x",
    "\tat org.apache.X",
    "I9999 13:11:04.123456 1 a.cpp:1] x",
  ];
  it.each(continuations)("none for a line that goes on: %j", (line) => {
    expect(parseLine(line, now)).toBeUndefined();
  });
});

const moment = fc.date({ min: new Date(2000, 0, 1), max: new Date(2099, 0, 1), noInvalidDate: true });
const two = (n: number) => String(n).padStart(2, "0");
const clockOf = (d: Date) => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
const dayOf = (d: Date, by: string) => [d.getFullYear(), two(d.getMonth() + 1), two(d.getDate())].join(by);
const milli = (d: Date) => String(d.getMilliseconds()).padStart(3, "0");

describe("whatever is written in a format", () => {
  it("is read back: glog", () => {
    fc.assert(
      fc.property(moment, fc.constantFrom("I", "W", "E", "F"), fc.string(), (date, level, message) => {
        const line = `${level}${dayOf(date, "")} ${clockOf(date)}.${milli(date)}000 1 a_b.cpp:7] ${message}`;
        expect(parseLine(line, now)).toMatchObject({ level });
        // One hour of the year has two meanings where clocks are put back.
        expect(new Date(parseLine(line, now)?.atMs ?? 0).toString()).toBe(new Date(date).toString());
      }),
    );
  });

  it("without a year is never more than a day in the future", () => {
    fc.assert(
      fc.property(moment, moment, (date, present) => {
        const line = `I${dayOf(date, "").slice(4)} ${clockOf(date)}.000000 1 a.cpp:7] x`;
        expect(parseLine(line, present.getTime())?.atMs).toBeLessThanOrEqual(present.getTime() + 25 * 3600 * 1000);
      }),
    );
  });

  it("is read back: ZooKeeper's servers", () => {
    fc.assert(
      fc.property(moment, fc.constantFrom("DEBUG", "INFO", "WARN", "ERROR"), fc.string(), (date, word, message) => {
        for (const line of [
          `${dayOf(date, "-")} ${clockOf(date)},${milli(date)} [myid:] - ${word}  [main:X@1] - ${message}`,
          `${dayOf(date, "-")}T${clockOf(date)}.${milli(date)} [main] ${word} org.x - ${message}`,
        ])
          expect(parseLine(line, now)).toMatchObject({ level: levelOfWord(word) });
      }),
    );
  });

  it("is read or not, and never fails", () => {
    fc.assert(fc.property(fc.string(), (line) => void parseLine(line, now)));
  });
});
