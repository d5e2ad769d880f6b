import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage } from "../../../src/mesos/protobuf/codec.ts";
import { encodeRecord, RecordIoDecoder } from "../../../src/mesos/recordio.ts";
import { withoutEmptyLists } from "./without-empty-lists.ts";

const sample = (name: string): Buffer => readFileSync(new URL(`samples/${name}`, import.meta.url));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("messages of a real Mesos", () => {
  it.each(["GET_HEALTH", "GET_VERSION", "GET_AGENTS"])(
    "%s is read as the JSON of the same answer, and written byte for byte from either",
    (type) => {
      const bytes = sample(`operator-${type}.bin`);
      const json = JSON.parse(sample(`operator-${type}.json`).toString()) as object;
      const message = decodeMessage("master.Response", bytes);
      expect(message).toEqual(withoutEmptyLists(json));
      expect(hex(encodeMessage("master.Response", message))).toBe(hex(bytes));
      expect(hex(encodeMessage("master.Response", json))).toBe(hex(bytes));
    },
  );

  it("a stream of scheduler events is read, and written byte for byte", () => {
    const bytes = sample("subscribe-stream.bin");
    const records = new RecordIoDecoder().push(bytes);
    const events = records.map((record) => decodeMessage("scheduler.Event", record));
    expect(events).toMatchObject([
      {
        type: "SUBSCRIBED",
        subscribed: {
          heartbeat_interval_seconds: 15,
          master_info: { ip: 16_777_343, port: 5050, capabilities: [{}, {}, { type: "QUOTA_V2" }] },
        },
      },
      {
        type: "OFFERS",
        offers: {
          offers: [{ attributes: [{ name: "rack", type: "TEXT", text: { value: "r2d2" } }, { name: "pod" }] }],
        },
      },
      { type: "HEARTBEAT" },
    ]);
    expect(JSON.stringify(events)).not.toContain("$unknown");
    const written = events.map((event) => encodeRecord(encodeMessage("scheduler.Event", event)));
    expect(hex(Buffer.concat(written))).toBe(hex(bytes));
  });

  it("a call that Mesos accepted is read", () => {
    expect(decodeMessage("scheduler.Call", sample("subscribe-call.bin"))).toEqual({
      type: "SUBSCRIBE",
      subscribe: { framework_info: { user: "root", name: "proto-fw" } },
    });
  });
});
