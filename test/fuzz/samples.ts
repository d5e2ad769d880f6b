// Requests to begin with: the recorded ones, and calls with every field that the definitions know.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { V1_SCHEMA } from "../../src/mesos/protobuf/codec.ts";
import type { Field, ScalarType } from "../../src/mesos/protobuf/definition.ts";
import type { Exchange } from "./exchange.ts";
import type { Random } from "./random.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

const SCHEDULER_PATH = "/api/v1/scheduler";
const OPERATOR_PATH = "/api/v1";

/** Paths of each API, and the name of its call's definition. */
export const APIS = [
  { path: SCHEDULER_PATH, call: "scheduler.Call" },
  { path: OPERATOR_PATH, call: "master.Call" },
] as const;

/** The exchanges of test/conformance/recorded whose request is written out. */
export function recordedExchanges(): Exchange[] {
  const folder = new URL("../conformance/recorded/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => {
    const entries = JSON.parse(readFileSync(fileURLToPath(new URL(name, folder)), "utf8")) as { request?: string }[];
    return entries.flatMap(({ request }): Exchange[] => {
      const [, method, path] = /^(GET|POST|PUT|DELETE) (\/\S*)/.exec(request ?? "") ?? [];
      if (method !== undefined && path !== undefined) return [{ method, path }];
      if (!request?.startsWith("{")) return [];
      return [{ path: SCHEDULER_PATH, headers: { "Content-Type": "application/json" }, body: request }];
    });
  });
}

/** What decides which fields a sample has, and what they hold. */
interface Choice {
  has: (field: Field, depth: number) => boolean;
  scalar: (type: ScalarType, field: Field) => Json;
  enumeration: (names: string[]) => string;
}

const PLAIN_VALUES: Record<ScalarType, Json> = {
  ...{ string: "x", bytes: "AAAAAAAAAAAAAAAAAAAAAA==", bool: true, double: 1.5 },
  ...{ int32: 1, int64: 1, uint32: 1, uint64: 1 },
};

/** Messages hold others, but none so deep. */
const DEPTH_LIMIT = 12;

/** A valid message of that name with all its fields. */
export function completeMessage(name: string): JsonObject {
  return sample(name, 0, {
    has: (_field, depth) => depth < DEPTH_LIMIT,
    scalar: (type) => PLAIN_VALUES[type],
    enumeration: (names) => names.find((each) => each !== "UNKNOWN") ?? "",
  });
}

/** A message of that name, right in its types, with some of its fields and values from where mistakes are made. */
export function randomMessage(name: string, random: Random): JsonObject {
  return sample(name, 0, {
    has: (_field, depth) => random.chance(depth < 2 ? 0.6 : 0.35),
    scalar: (type) => random.pick(EDGES[kindOf(type)]),
    enumeration: (names) => random.pick(names),
  });
}

const EDGES: Record<"text" | "bytes" | "bool" | "number", readonly Json[]> = {
  text: [
    "",
    "x",
    "a/b",
    "../..",
    "*",
    "cpus",
    "mem",
    "ports",
    "t1",
    "t2",
    "é\u0000\u{1f600}",
    "__proto__",
    "x".repeat(300),
  ],
  bytes: ["", "AAAAAAAAAAAAAAAAAAAAAA==", "AA=="],
  bool: [true, false],
  number: [0, 1, 0.1, 1.5, -1, 31000, 2 ** 31, 2 ** 53, 1e21, -1e308, 1e308],
};

function kindOf(type: ScalarType): keyof typeof EDGES {
  if (type === "string") return "text";
  return type === "bytes" || type === "bool" ? type : "number";
}

function sample(name: string, depth: number, choice: Choice): JsonObject {
  const message: JsonObject = {};
  for (const field of V1_SCHEMA.message(name).values()) {
    if (field.label !== "required" && (depth >= DEPTH_LIMIT || !choice.has(field, depth))) continue;
    const value = sampleValue(field, depth, choice);
    message[field.name] = field.label === "repeated" ? [value] : field.label === "map" ? { key: value } : value;
  }
  return message;
}

function sampleValue(field: Field, depth: number, choice: Choice): Json {
  const { type } = field;
  if ("message" in type) return sample(type.message, depth + 1, choice);
  if ("enumeration" in type) return choice.enumeration([...V1_SCHEMA.enumeration(type.enumeration).keys()]);
  return choice.scalar(type.scalar, field);
}

/** One call of each type of an API, each with its own part only; of ACCEPT, one for each operation. */
export function completeCalls(api: (typeof APIS)[number]): JsonObject[] {
  const all = completeMessage(api.call);
  return [...V1_SCHEMA.enumeration(`${api.call}.Type`).keys()].flatMap((type): JsonObject[] => {
    const part = type.toLowerCase();
    const call = {
      type,
      ...(all["framework_id"] === undefined ? {} : { framework_id: all["framework_id"] }),
      ...(all[part] === undefined ? {} : { [part]: all[part] }),
    };
    return type === "ACCEPT" ? acceptCalls(call) : [call];
  });
}

function acceptCalls(call: JsonObject): JsonObject[] {
  const accept = call["accept"] as JsonObject;
  const [complete] = accept["operations"] as JsonObject[];
  return [...V1_SCHEMA.enumeration("Offer.Operation.Type").keys()].map((type) => {
    const operation = { type, [type.toLowerCase()]: complete?.[type.toLowerCase()] ?? {} };
    return { ...call, accept: { ...accept, operations: [operation] } };
  });
}

/** A random call of a type, its part included. */
export function randomCall(api: (typeof APIS)[number], random: Random): JsonObject {
  const type = random.pick([...V1_SCHEMA.enumeration(`${api.call}.Type`).keys()]);
  const part = V1_SCHEMA.message(api.call).get(type.toLowerCase());
  const known = part && "message" in part.type ? part.type.message : undefined;
  return {
    type,
    framework_id: { value: "x" },
    ...(known === undefined ? {} : { [type.toLowerCase()]: randomMessage(known, random) }),
  };
}

/** Where a value can be replaced in a call. */
export interface Spot {
  call: JsonObject;
  holder: JsonObject;
  key: string;
}

/** Gives the fields of calls, deep ones too; one that stands in several places in the same way is given once. */
export function eachFieldOnce(): (call: JsonObject) => Spot[] {
  const seen = new Set<string>();
  return (call) => {
    const spots: Spot[] = [];
    const visit = (value: Json, name: string): void => {
      if (Array.isArray(value)) value.forEach((item) => visit(item, name));
      if (typeof value !== "object" || value === null || Array.isArray(value)) return;
      const shape = `${name} ${Object.keys(value).join(" ")}`;
      for (const [key, below] of Object.entries(value)) {
        visit(below, key);
        const spot = `${shape} ${key}`;
        if (seen.has(spot)) continue;
        seen.add(spot);
        spots.push({ call, holder: value, key });
      }
    };
    visit(call, JSON.stringify(call["type"]));
    return spots;
  };
}
