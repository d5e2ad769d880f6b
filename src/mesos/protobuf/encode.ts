// The JSON shape of a message to its protobuf bytes.
import { BinaryWriter, INT32_MAX, INT32_MIN, UINT32_MAX, WireType } from "@bufbuild/protobuf/wire";
import type { Field, ScalarType, Schema } from "./definition.ts";
import type { Message } from "./required.ts";
import { writeUnknown } from "./unknown-fields.ts";

/** See encodeMessage in codec.ts. */
export function encode(schema: Schema, name: string, message: object): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage({ schema, writer }, name, message as Message);
  return writer.finish();
}

interface Target {
  schema: Schema;
  writer: BinaryWriter;
}

function writeMessage(target: Target, name: string, message: Message): void {
  for (const field of target.schema.numbered(name).values()) {
    const value = message[field.name];
    if (value === undefined || value === null) continue;
    if (field.label === "map") writeMap(target, field, value);
    else if (field.label !== "repeated") writeField(target, field, value);
    else if (Array.isArray(value)) for (const item of value) writeField(target, field, item);
  }
  writeUnknown(target.writer, message);
}

function writeMap(target: Target, field: Field, value: unknown): void {
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    target.writer.tag(field.number, WireType.LengthDelimited).fork();
    target.writer.tag(1, WireType.LengthDelimited).string(key);
    writeField(target, { ...field, number: 2 }, item);
    target.writer.join();
  }
}

function writeField(target: Target, { number, type }: Field, value: unknown): void {
  const { schema, writer } = target;
  if ("message" in type) {
    if (!isObject(value)) return;
    writer.tag(number, WireType.LengthDelimited).fork();
    writeMessage(target, type.message, value);
    writer.join();
  } else if ("enumeration" in type) {
    const named = typeof value === "string" ? schema.enumeration(type.enumeration).get(value) : undefined;
    if (named !== undefined) writer.tag(number, WireType.Varint).int32(named);
  } else writeScalar(writer, { number, type: type.scalar }, value);
}

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function writeScalar(writer: BinaryWriter, field: { number: number; type: ScalarType }, value: unknown): void {
  const { number, type } = field;
  if (type === "string" || type === "bytes") {
    if (typeof value !== "string") return;
    writer.tag(number, WireType.LengthDelimited);
    if (type === "string") writer.string(value);
    else writer.bytes(Buffer.from(value, "base64"));
  } else if (type === "bool") {
    if (typeof value === "boolean") writer.tag(number, WireType.Varint).bool(value);
  } else if (typeof value !== "number") {
    return;
  } else if (type === "double") {
    writer.tag(number, WireType.Bit64).double(value);
  } else if (!Number.isNaN(value)) {
    writeInteger(writer.tag(number, WireType.Varint), type, value);
  }
}

type IntegerType = "int32" | "uint32" | "int64" | "uint64";

/** What lies beyond the type's range, if only by rounding, becomes the end of the range. */
function writeInteger(writer: BinaryWriter, type: IntegerType, value: number): void {
  if (type === "int32") writer.int32(Math.min(Math.max(Math.trunc(value), INT32_MIN), INT32_MAX));
  else if (type === "uint32") writer.uint32(Math.min(Math.max(Math.trunc(value), 0), UINT32_MAX));
  else if (type === "int64") writer.int64(within(value, -INT64_END, INT64_END));
  else writer.uint64(within(value, 0n, 2n * INT64_END));
}

const INT64_END = 2n ** 63n;

/** `end` itself does not belong to the range. */
function within(value: number, start: bigint, end: bigint): bigint {
  if (value >= Number(end)) return end - 1n;
  if (value <= Number(start)) return start;
  return BigInt(Math.trunc(value));
}
