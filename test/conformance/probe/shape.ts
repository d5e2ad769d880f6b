// What a transcript keeps of an answer whose values are another history's: which fields there are, and of what type.
import type { TaskStatus } from "../../../src/mesos/types.ts";

type Fields = Record<string, unknown>;

/** Every field with the type of its value; a list by its first entry. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  return isObject(value) ? mapFields(value, shapeOf) : typeof value;
}

/** The same down to a depth, below which only the type is said. */
export function outlineOf(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return "array";
  if (!isObject(value)) return typeof value;
  return depth === 0 ? "object" : mapFields(value, (field) => outlineOf(field, depth - 1));
}

export function fieldNames(value: object | undefined): string[] {
  return Object.keys(value ?? {}).sort();
}

/** The values of a status that masters must agree in, and which of the other fields it has. */
export function statusOf(status: TaskStatus): Fields {
  const { state, source, reason, message, healthy, container_status } = status;
  const others = ["agent_id", "executor_id", "uuid", "timestamp", "container_status", "data", "check_status"];
  return {
    state,
    source,
    reason,
    message,
    healthy,
    has: others.filter((name) => status[name] !== undefined),
    container_status_keys: container_status && fieldNames(container_status),
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function mapFields(value: Fields, map: (field: unknown) => unknown): Fields {
  return Object.fromEntries(fieldNames(value).map((name) => [name, map(value[name])]));
}
