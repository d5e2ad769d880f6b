// Fields of protobuf messages that the definitions do not know. They stay with their message, as base64 of their bytes
// under a name that no field can have, and go out again when the message is written as protobuf.
import { BinaryReader, type BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Message } from "./required.ts";

export const UNKNOWN_FIELDS = "$unknown";

/** `field`: its tag and its value. */
export function keepUnknown(message: Message, field: Uint8Array): void {
  const before = message[UNKNOWN_FIELDS];
  const kept = typeof before === "string" ? [Buffer.from(before, "base64"), field] : [field];
  message[UNKNOWN_FIELDS] = Buffer.concat(kept).toString("base64");
}

/** Bytes that are no fields, which only JSON can bring, would make the whole message unreadable: they are left out. */
export function writeUnknown(writer: BinaryWriter, message: Message): void {
  const kept = message[UNKNOWN_FIELDS];
  if (typeof kept !== "string") return;
  const bytes = Buffer.from(kept, "base64");
  if (areFields(bytes)) writer.raw(bytes);
}

function areFields(bytes: Uint8Array): boolean {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      reader.skip(wireType, number);
    }
    return true;
  } catch {
    return false;
  }
}
