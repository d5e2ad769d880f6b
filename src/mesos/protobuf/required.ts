// Which required fields a message lacks: what proto2 demands of every message that is parsed.
import type { Field, Schema } from "./definition.ts";

export type Message = Record<string, unknown>;

/** Paths of the required fields that are missing, as Mesos names them: `subscribe.framework_info.user`, `tasks[0].name`. */
export function findMissing(schema: Schema, name: string, message: Message): string[] {
  const missing: string[] = [];
  const fields = [...schema.message(name).values()];
  for (const field of fields) {
    if (field.label === "required" && message[field.name] === undefined) missing.push(field.name);
  }
  for (const field of fields) {
    const value = message[field.name];
    if (!("message" in field.type) || value === undefined) continue;
    for (const [path, item] of itemsOf(field, value)) {
      const inner = findMissing(schema, field.type.message, item);
      missing.push(...inner.map((innerPath) => `${path}.${innerPath}`));
    }
  }
  return missing;
}

/** The messages in a field, with their paths. The entries of a map are messages of a key and a value. */
function itemsOf({ name, label }: Field, value: unknown): [path: string, item: Message][] {
  if (label === "repeated") return (value as Message[]).map((item, index) => [`${name}[${index}]`, item]);
  if (label !== "map") return [[name, value as Message]];
  return Object.values(value as Record<string, Message>).map((item, index) => [`${name}[${index}].value`, item]);
}
