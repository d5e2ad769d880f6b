import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../../../src/backends/docker/container-log.ts";

const stamp = "2026-11-21T13:30:45.123456789Z";

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

describe("what the daemon sends of a container's log", () => {
  it("is lines with their times, wherever it is cut", () => {
    const lines = fc.array(fc.string().map((text) => text.replaceAll(/[\r\n]/g, "")));
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 30 }), (texts, size) => {
        const bytes = Buffer.concat(texts.map((text, index) => frame(1 + (index % 2), `${stamp} ${text}\n`)));
        const reader = new FrameReader();
        const read: string[] = [];
        for (let at = 0; at < bytes.length; at += size)
          read.push(...reader.push(bytes.subarray(at, at + size)).map(({ text }) => text));
        expect(read).toEqual(texts);
      }),
    );
  });

  it("is one line where a long one comes in pieces, and ends with what had no end", () => {
    const reader = new FrameReader();
    const [line] = reader.push(Buffer.concat([frame(1, `${stamp} be`), frame(1, `${stamp} gin\n`)]));
    expect(line).toEqual({ text: "begin", atMs: Date.UTC(2026, 10, 21, 13, 30, 45, 123), stamp });
    reader.push(frame(2, `${stamp} last words`));
    expect(reader.rest().map(({ text }) => text)).toEqual(["last words"]);
  });
});
