// Messages as protocol buffers' own text format shows them: how Mesos prints a message to people.
import type { Field, Schema } from "./definition.ts";

/** Field by field in the order of their numbers, two spaces deeper with every message, a line break at the end of each. */
export function printMessage(schema: Schema, name: string, message: object, indent = ""): string {
  const fields = message as Record<string, unknown>;
  return [...schema.numbered(name).values()]
    .flatMap((field) => valuesOf(field, fields[field.name]).map((value) => printField(schema, field, value, indent)))
    .join("");
}

function valuesOf({ label }: Field, value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (label === "repeated") return value as unknown[];
  if (label === "map") return Object.entries(value).map(([key, entry]) => ({ key, value: entry as unknown }));
  return [value];
}

function printField(schema: Schema, { name, type }: Field, value: unknown, indent: string): string {
  if ("message" in type) {
    const inner = printMessage(schema, type.message, value as object, `${indent}  `);
    return `${indent}${name} {\n${inner}${indent}}\n`;
  }
  if ("enumeration" in type) return `${indent}${name}: ${String(value)}\n`;
  return `${indent}${name}: ${printScalar(type.scalar, value)}\n`;
}

function printScalar(type: string, value: unknown): string {
  if (type === "string") return quote(Buffer.from(String(value)));
  // In JSON, bytes are base64.
  if (type === "bytes") return quote(Buffer.from(String(value), "base64"));
  return String(value);
}

const ESCAPES: Partial<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "'": "\\'",
  "\\": "\\\\",
};

function quote(bytes: Buffer): string {
  const characters = [...bytes].map((byte) => {
    const character = String.fromCharCode(byte);
    const isPlain = byte >= 0x20 && byte < 0x7f;
    return ESCAPES[character] ?? (isPlain ? character : `\\${byte.toString(8).padStart(3, "0")}`);
  });
  return `"${characters.join("")}"`;
}
