// Which required fields a message lacks: what proto2 demands of every message that is parsed.
import type { Field, Schema } from "./definition.ts";

export type Message = Record<string, unknown>;

/** Paths of the required fields that are missing, as Mesos names them: `subscribe.framework_info.user`, `tasks[0].name`. */
export function findMissing(schema: Schema, name: string, message: Message): string[] {
  const missing: string[] = [];
  const fields = schema.message(name);
  for (const field of fields.values()) {
    if (field.label === "required" && message[field.name] === undefined) missing.push(field.name);
  }
  for (const field of fields.values()) {
    const value = message[field.name];
    if (value === undefined || !("message" in field.type)) continue;
    for (const [index, item] of itemsOf(field, value).entries()) {
      const inner = findMissing(schema, field.type.message, item);
      missing.push(...inner.map((innerPath) => `${pathOf(field, index)}.${innerPath}`));
    }
  }
  return missing;
}

/** The messages in a field. */
function itemsOf({ label }: Field, value: unknown): Message[] {
  if (label === "repeated") return value as Message[];
  return label === "map" ? Object.values(value as Record<string, Message>) : [value as Message];
}

/** Of the message that `itemsOf` has at `index`. The entries of a map are messages of a key and a value. */
function pathOf({ name, label }: Field, index: number): string {
  if (label === "repeated") return `${name}[${index}]`;
  return label === "map" ? `${name}[${index}].value` : name;
}
