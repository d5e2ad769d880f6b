// Protobuf bytes to the JSON shape of their message.
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { MesosUpError } from "../../errors.ts";
import type { Field, ScalarType, Schema } from "./definition.ts";
import { findMissing, type Message } from "./required.ts";
import { keepUnknown } from "./unknown-fields.ts";

/** Messages within messages deeper than this are refused, as by Google's parser. */
const DEPTH_LIMIT = 100;

/** Bytes that are not the message they should be. */
export class ProtobufError extends MesosUpError {
  constructor(name: string, problem: string, cause?: unknown) {
    super(`The bytes are not a ${name}: ${problem}.`, {
      code: "PROTOBUF_MALFORMED",
      hint: "Check that the sender encodes the v1 messages of Mesos, and names their encoding in Content-Type.",
      cause,
    });
  }
}

/**
 * See decodeMessage in codec.ts.
 * @throws ProtobufError
 */
export function decode(schema: Schema, name: string, bytes: Uint8Array): object {
  const message: Message = {};
  try {
    new Decoder(schema, bytes).read(name, message);
  } catch (error) {
    throw new ProtobufError(name, (error as Error).message, error);
  }
  const missing = findMissing(schema, name, message);
  if (missing.length > 0) throw new ProtobufError(name, `it lacks ${missing.join(", ")}`);
  return message;
}

class Decoder {
  readonly #schema: Schema;
  readonly #bytes: Uint8Array;
  readonly #reader: BinaryReader;
  #depth = 0;

  constructor(schema: Schema, bytes: Uint8Array) {
    this.#schema = schema;
    this.#bytes = bytes;
    this.#reader = new BinaryReader(bytes);
  }

  /** Reads fields into `message` up to `end`, which is that of the bytes unless the message is within another. */
  read(name: string, message: Message, end = this.#reader.len): Message {
    if (++this.#depth > DEPTH_LIMIT) throw new Error("it is nested too deeply");
    const fields = this.#schema.numbered(name);
    while (this.#reader.pos < end) {
      const start = this.#reader.pos;
      const [number, wireType] = this.#reader.tag();
      const field = fields.get(number);
      if (!field || !this.#readField(field, wireType, message)) {
        this.#reader.pos = start;
        this.#reader.tag();
        this.#reader.skip(wireType, number);
        keepUnknown(message, this.#bytes.subarray(start, this.#reader.pos));
      }
    }
    if (this.#reader.pos !== end) throw new Error(`${name} does not end where it should`);
    this.#depth--;
    return message;
  }

  /** False if the value is not what the field holds: it is an unknown field then. */
  #readField(field: Field, wireType: WireType, message: Message): boolean {
    if (field.label === "map") return wireType === WireType.LengthDelimited && this.#readEntry(field, message);
    const expected = wireTypeOf(field);
    if (field.label === "repeated" && wireType === WireType.LengthDelimited && wireType !== expected)
      return this.#readPacked(field, message);
    if (wireType !== expected) return false;
    const { name, label } = field;
    // A message that comes in several pieces is put together.
    const value = this.#readValue(field, label === "repeated" ? undefined : message[name]);
    if (value === undefined) return false;
    if (label === "repeated") listOf(message, name).push(value);
    else message[name] = value;
    return true;
  }

  #readValue({ type }: Field, before: unknown): unknown {
    if ("scalar" in type) return readScalar(this.#reader, type.scalar);
    if ("enumeration" in type) return this.#schema.enumerationNames(type.enumeration).get(this.#reader.int32());
    return this.read(type.message, (before ?? {}) as Message, this.#readEnd());
  }

  #readPacked(field: Field, message: Message): boolean {
    const end = this.#readEnd();
    const values: unknown[] = [];
    while (this.#reader.pos < end) values.push(this.#readValue(field, undefined));
    if (this.#reader.pos !== end) throw new Error(`${field.name} does not end where it should`);
    if (values.includes(undefined)) return false;
    listOf(message, field.name).push(...values);
    return true;
  }

  /** An entry of a map: a message of a key, 1, and a value, 2. */
  #readEntry(field: Field, message: Message): boolean {
    const end = this.#readEnd();
    let key = "";
    let value: unknown;
    while (this.#reader.pos < end) {
      const [number, wireType] = this.#reader.tag();
      if (number === 1 && wireType === WireType.LengthDelimited) key = this.#reader.string();
      else if (number === 2 && wireType === wireTypeOf(field)) value = this.#readValue(field, value);
      else this.#reader.skip(wireType, number);
    }
    if (this.#reader.pos !== end) throw new Error(`${field.name} does not end where it should`);
    const map = (message[field.name] ??= {}) as Message;
    // Keys such as __proto__ must become keys, not change the object.
    Object.defineProperty(map, key, {
      ...{ value: value ?? this.#emptyValue(field), enumerable: true, writable: true, configurable: true },
    });
    return true;
  }

  #emptyValue({ type }: Field): unknown {
    return "message" in type ? {} : "";
  }

  #readEnd(): number {
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw new Error("it is cut short");
    return end;
  }
}

function listOf(message: Message, name: string): unknown[] {
  return (message[name] ??= []) as unknown[];
}

function wireTypeOf({ type }: Field): WireType {
  if ("enumeration" in type) return WireType.Varint;
  if ("message" in type || type.scalar === "string" || type.scalar === "bytes") return WireType.LengthDelimited;
  return type.scalar === "double" ? WireType.Bit64 : WireType.Varint;
}

function readScalar(reader: BinaryReader, type: ScalarType): unknown {
  switch (type) {
    case "string":
      return reader.string();
    case "bytes": {
      const { buffer, byteOffset, byteLength } = reader.bytes();
      return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
    }
    case "int64":
    case "uint64":
      return Number(reader[type]());
    default:
      return reader[type]();
  }
}
