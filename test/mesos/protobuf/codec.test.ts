import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeMessage,
  ProtobufError,
  V1_DEFINITIONS,
  V1_SCHEMA,
} from "../../../src/mesos/protobuf/codec.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";

const names = V1_DEFINITIONS.flatMap(({ messages }) => Object.keys(messages));

/** A message of one field of each kind that bytes can hold, without any definition. */
const field = (number: number, write: (writer: BinaryWriter) => void): Uint8Array => {
  const writer = new BinaryWriter();
  writer.tag(number, WireType.LengthDelimited).fork();
  write(writer);
  return writer.join().finish();
};
const text = (number: number, value: string): Uint8Array =>
  new BinaryWriter().tag(number, WireType.LengthDelimited).string(value).finish();
const varint = (number: number, value: number): Uint8Array =>
  new BinaryWriter().tag(number, WireType.Varint).int32(value).finish();
const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the definitions", () => {
  it.each(names)("%s refers only to types that are there, and numbers no two fields alike", (name) => {
    expect(V1_SCHEMA.numbered(name).size).toBe(V1_SCHEMA.message(name).size);
  });

  it("name no message twice", () => {
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a message in its JSON shape", () => {
  const roots = ["scheduler.Call", "scheduler.Event", "master.Call", "master.Response", "master.Event"];
  it.each([...roots, "executor.Call", "executor.Event", "agent.Call", "agent.Response"])(
    "comes back from protobuf as it was (%s)",
    (name) => {
      fc.assert(
        fc.property(arbitraryMessage(V1_SCHEMA, name, 6), (message) => {
          expect(decodeMessage(name, encodeMessage(name, message))).toEqual(message);
        }),
        { numRuns: 40 },
      );
    },
  );

  it("keeps 64-bit numbers as near as a number can be, and within their range", () => {
    const limit = { type: "RLMT_CORE", hard: 2 ** 64, soft: 2 ** 53 };
    const message = { rlimits: [limit] };
    const bytes = encodeMessage("RLimitInfo", message);
    expect(hex(bytes)).toContain("10ffffffffffffffffff01");
    expect(decodeMessage("RLimitInfo", bytes)).toEqual(message);
    expect(decodeMessage("DurationInfo", encodeMessage("DurationInfo", { nanoseconds: -5.5 }))).toEqual({
      nanoseconds: -5,
    });
  });

  it("loses what no field can hold, and nothing else", () => {
    const info = {
      user: "root",
      name: 7,
      failover_timeout: "soon",
      checkpoint: 1,
      roles: "dev",
      id: [],
      colour: "blue",
    };
    expect(hex(encodeMessage("FrameworkInfo", info))).toBe(hex(text(1, "root")));
  });

  it("takes null as absent", () => {
    expect(encodeMessage("FrameworkInfo", { user: null, id: null, roles: null })).toHaveLength(0);
  });
});

describe("fields that the definitions do not know", () => {
  const known = join(text(1, "root"), text(2, "x"));
  const unknown = join(text(999, "later"), varint(1000, 7));

  it("stay with their message, and go out behind those that are known", () => {
    const message = decodeMessage("FrameworkInfo", join(unknown, known));
    expect(message).toMatchObject({ user: "root", name: "x" });
    expect(hex(encodeMessage("FrameworkInfo", JSON.parse(JSON.stringify(message)) as object))).toBe(
      hex(join(known, unknown)),
    );
  });

  it("are kept at every level", () => {
    const bytes = join(
      known,
      field(11, (writer) => writer.raw(field(1, (inner) => inner.raw(join(text(1, "k"), unknown))))),
    );
    expect(hex(encodeMessage("FrameworkInfo", decodeMessage("FrameworkInfo", bytes)))).toBe(hex(bytes));
  });

  it("are those of another wire type, and names of an enumeration that came later, too", () => {
    const bytes = join(known, varint(6, 1));
    expect(hex(encodeMessage("FrameworkInfo", decodeMessage("FrameworkInfo", bytes)))).toBe(hex(bytes));
    const capability = varint(1, 4711);
    const decoded = decodeMessage("FrameworkInfo.Capability", capability);
    expect(decoded).not.toHaveProperty("type");
    expect(hex(encodeMessage("FrameworkInfo.Capability", decoded))).toBe(hex(capability));
  });

  it("cannot be forged so that the rest becomes unreadable", () => {
    const bytes = encodeMessage("FrameworkInfo", { user: "root", name: "x", $unknown: "////" });
    expect(decodeMessage("FrameworkInfo", bytes)).toEqual({ user: "root", name: "x" });
  });
});

describe("bytes", () => {
  it("may hold numbers of a list packed, and one message in two pieces", () => {
    const packed = field(4, (writer) => writer.uint32(200).uint32(404));
    expect(decodeMessage("HealthCheck.HTTPCheckInfo", join(varint(1, 80), packed))).toEqual({
      port: 80,
      statuses: [200, 404],
    });
    const pieces = join(
      text(1, "u"),
      text(2, "n"),
      field(11, () => {}),
      field(11, (w) => w.raw(field(1, (l) => l.raw(text(1, "k"))))),
    );
    expect(decodeMessage("FrameworkInfo", pieces)).toEqual({
      user: "u",
      name: "n",
      labels: { labels: [{ key: "k" }] },
    });
  });

  it("may call a key of a map __proto__", () => {
    const message = { role_constraints: Object.fromEntries([["__proto__", {}]]) };
    const decoded = decodeMessage("scheduler.OfferConstraints", encodeMessage("scheduler.OfferConstraints", message));
    expect(Object.keys((decoded as typeof message).role_constraints)).toEqual(["__proto__"]);
  });

  it.each<[string, string, Uint8Array]>([
    ["cut short", "FrameworkInfo", text(1, "root").subarray(0, 4)],
    ["without a required field", "FrameworkInfo", text(1, "root")],
    ["of JSON", "scheduler.Call", Buffer.from('{"type":"SUBSCRIBE"}')],
    ["with a field that ends behind its message", "scheduler.Call", Buffer.from("0a020a057474747474", "hex")],
    ["with a group that does not end", "Labels", Buffer.from("fb07", "hex")],
    ["nested without end", "ContainerID", nest(200)],
  ])("%s are refused", (_what, name, bytes) => {
    expect(() => decodeMessage(name, bytes)).toThrow(ProtobufError);
  });

  it("of any kind are read or refused, and never change what is written next", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let message: object;
        try {
          message = decodeMessage("scheduler.Call", bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
          return;
        }
        const again = encodeMessage("scheduler.Call", message);
        expect(decodeMessage("scheduler.Call", again)).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });
});

function nest(depth: number): Uint8Array {
  return depth === 0
    ? text(1, "x")
    : join(
        text(1, "x"),
        field(2, (writer) => writer.raw(nest(depth - 1))),
      );
}
