import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordIoError } from "../../src/errors.ts";
import { encodeRecord, RecordIoDecoder, textDecoder } from "../../src/mesos/recordio.ts";

const VECTORS: { name: string; records: string[] }[] = [
  { name: "no record", records: [] },
  { name: "one record", records: ['{"type":"HEARTBEAT"}'] },
  { name: "several records", records: ["a", "bb", "ccc"] },
  { name: "an empty record", records: [""] },
  { name: "empty records between others", records: ["", "a", "", "", "b", ""] },
  { name: "text of several bytes a character", records: ["Grüße", "日本語", "🙂"] },
  { name: "records that hold newlines and digits", records: ["5\nhello", "\n", "12"] },
  { name: "a record longer than any chunk", records: ["x".repeat(70_000)] },
];

function decode(chunks: Iterable<Uint8Array>, limitBytes?: number): string[] {
  const options = limitBytes === undefined ? {} : { limitBytes };
  const decoder = new RecordIoDecoder(options);
  const textual = textDecoder(options);
  const records: string[] = [];
  for (const chunk of chunks) {
    const texts = decoder.push(chunk).map((record) => Buffer.from(record).toString("utf8"));
    // However they are decoded.
    expect(textual.push(chunk)).toEqual(texts);
    records.push(...texts);
  }
  decoder.end();
  textual.end();
  return records;
}

function encode(records: string[]): Buffer {
  return Buffer.concat(records.map(encodeRecord));
}

function failure(action: () => unknown): RecordIoError {
  try {
    action();
  } catch (error) {
    if (error instanceof RecordIoError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

describe.each(VECTORS)("a stream of $name", ({ records }) => {
  const stream = encode(records);

  it("decodes whole", () => {
    expect(decode([stream])).toEqual(records);
  });

  it("decodes byte by byte", () => {
    expect(decode(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(records);
  });

  it("decodes in two halves, wherever it is split", () => {
    for (let at = 0; at <= Math.min(stream.length, 200); at++) {
      expect(decode([stream.subarray(0, at), stream.subarray(at)])).toEqual(records);
    }
  });
});

describe("RecordIO", () => {
  it("announces bytes, not characters", () => {
    expect(encodeRecord("ü").toString("utf8")).toBe("2\nü");
    expect(encodeRecord(Uint8Array.of(1, 2, 3))).toEqual(Buffer.from([0x33, 0x0a, 1, 2, 3]));
  });

  it("decodes what it encoded, however it is split", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.array(fc.nat({ max: 400 })), (records, cuts) => {
        const stream = encode(records);
        const edges = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const chunks = edges.slice(1).map((edge, i) => stream.subarray(edges[i], edge));
        expect(decode(chunks)).toEqual(records);
      }),
    );
  });

  it("gives a record as soon as its last byte is there", () => {
    const decoder = new RecordIoDecoder();
    expect(decoder.push(Buffer.from("3\nab"))).toEqual([]);
    expect(decoder.idle).toBe(false);
    expect(decoder.push(Buffer.from("c"))).toEqual([Buffer.from("abc")]);
    expect(decoder.idle).toBe(true);
  });

  it.each([
    { name: "letters", stream: "HTTP/1.1 200 OK\r\n", offset: 0 },
    { name: "a negative length", stream: "-1\n", offset: 0 },
    { name: "a length with a fraction", stream: "3\nabc1.5\n", offset: 6 },
    { name: "no length at all", stream: "1\na\n", offset: 3 },
    { name: "a carriage return", stream: "12\r\n", offset: 2 },
  ])("refuses $name where a length belongs, and says at which byte", ({ stream, offset }) => {
    for (const chunks of [[Buffer.from(stream)], Array.from(Buffer.from(stream), (byte) => Uint8Array.of(byte))]) {
      expect(failure(() => decode(chunks))).toMatchObject({ code: "RECORDIO_MALFORMED", offset });
    }
  });

  it("refuses a record beyond the limit by its length alone", () => {
    expect(decode([encode(["12345"])], 5)).toEqual(["12345"]);
    const decoder = new RecordIoDecoder({ limitBytes: 5 });
    const error = failure(() => decoder.push(Buffer.from("2\nok6")));
    expect(error).toMatchObject({ code: "RECORDIO_OVERSIZED", offset: 4 });
  });

  it("refuses a length of endless digits", () => {
    const error = failure(() => decode([Buffer.from("0".repeat(1000))]));
    expect(error).toMatchObject({ code: "RECORDIO_OVERSIZED", offset: 0 });
  });

  it.each([
    { stream: "5\nabc", offset: 5, message: /2 bytes short/ },
    { stream: "1\na12", offset: 5, message: /within the length/ },
  ])("says how much is missing from $stream when it ends", ({ stream, offset, message }) => {
    const error = failure(() => decode([Buffer.from(stream)]));
    expect(error).toMatchObject({ code: "RECORDIO_TRUNCATED", offset });
    expect(error.message).toMatch(message);
  });

  it("stays refused after an error", () => {
    const decoder = new RecordIoDecoder();
    const first = failure(() => decoder.push(Buffer.from("x")));
    expect(failure(() => decoder.push(Buffer.from("1\na")))).toBe(first);
    expect(failure(() => decoder.end())).toBe(first);
  });
});
