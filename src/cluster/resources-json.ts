// Resources in the JSON form of --resources: an array of Mesos's Resource, of which anything may be wrong.
import type { Range, Resource } from "../mesos/types.ts";

/** A JSON array that is not one of resources; the message is in Mesos's words, as far as it has any. */
export class ResourceJsonError extends Error {
  override readonly name = "ResourceJsonError";
}

/**
 * The resources of a JSON array, each with the shape of a Resource but not looked at further; undefined when the text is
 * no JSON array at all. Fields that this project does not know are kept.
 * @throws ResourceJsonError
 */
export function parseResourcesJson(text: string): Resource[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(json)) return undefined;
  return json.map((entry: unknown): Resource => {
    const problem = isMap(entry) ? shapeProblem(entry) : "Expecting a JSON object";
    if (problem !== undefined) {
      throw new ResourceJsonError(`Some JSON resources were not formatted properly: ${problem}`);
    }
    const resource = entry as Resource;
    return resource.role === undefined && resource.reservations === undefined ? { ...resource, role: "*" } : resource;
  });
}

const CHECKS: Record<string, { check: (value: unknown) => boolean; wanted: string; required?: true }> = {
  name: { check: isText, wanted: "text", required: true },
  type: {
    check: (type) => VALUE_TYPES.some((known) => known === type),
    wanted: "SCALAR, RANGES or SET",
    required: true,
  },
  role: { check: isText, wanted: "text" },
  scalar: { check: (scalar) => isMap(scalar) && isNumber(scalar["value"]), wanted: '{"value": number}' },
  ranges: {
    check: (ranges) => isMap(ranges) && isListOf(isRange, ranges["range"]),
    wanted: '{"range": [{begin, end}]}',
  },
  set: { check: (set) => isMap(set) && isListOf(isText, set["item"]), wanted: '{"item": [text]}' },
  disk: { check: isMap, wanted: "a JSON object" },
  reservations: { check: (list) => isListOf(isMap, list), wanted: "a list of JSON objects" },
};

const VALUE_TYPES = ["SCALAR", "RANGES", "SET", "TEXT"];

function shapeProblem(entry: Record<string, unknown>): string | undefined {
  for (const [field, { check, wanted, required }] of Object.entries(CHECKS)) {
    const value = entry[field];
    if (value === undefined && required !== true) continue;
    if (!check(value)) return `Expecting ${field} to be ${wanted}`;
  }
  return undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isRange(value: unknown): value is Range {
  return isMap(value) && [value["begin"], value["end"]].every((end) => Number.isSafeInteger(end) && Number(end) >= 0);
}

/** An absent list is an empty one, as in protobuf. */
function isListOf(check: (item: unknown) => boolean, value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(check));
}
