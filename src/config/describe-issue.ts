// Problems as the user reads them: zod's issues turned into short predicates that follow a field's path ("must be …").
import { z } from "zod";
import { closest } from "./closest.ts";

/** One problem, before it has a line. `at` says whether the key or its value is wrong. */
export interface DocumentIssue {
  path: PropertyKey[];
  message: string;
  at: "key" | "value";
}

/** Flattens zod's issues: a failed union counts as the alternative that came nearest, each unknown key as one issue. */
export function describeIssues(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): DocumentIssue[] {
  return issues.flatMap((issue): DocumentIssue[] => {
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), issue.path);
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, known), at: "key" }));
    }
    if (issue.code === "invalid_union") {
      const nearest = nearestAlternative(issue.errors);
      if (nearest !== undefined) {
        const within = nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
        return describeIssues(schema, within);
      }
    }
    return [{ path: issue.path, message: issue.message, at: "value" }];
  });
}

/** zod's error map: asked for every issue whose schema brings no words of its own. */
export function describeRawIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is required"
        : `must be ${typeName(issue.expected)}, but is ${show(issue.input)}`;
    case "invalid_value": {
      const choices = issue.values.map(String);
      const meant = typeof issue.input === "string" ? closest(issue.input, choices) : undefined;
      return `must be ${orList(choices)}, but is ${show(issue.input)}${didYouMean(meant)}`;
    }
    case "too_small":
      return `must ${bound(issue.origin, "at least", Number(issue.minimum))}, but is ${show(issue.input)}`;
    case "too_big":
      return `must ${bound(issue.origin, "at most", Number(issue.maximum))}, but is ${show(issue.input)}`;
    case "invalid_union": {
      const expected = (issue.errors as z.core.$ZodIssue[][]).flatMap((alternative) =>
        alternative.flatMap((inner) => (inner.code === "invalid_type" ? [typeName(inner.expected)] : [])),
      );
      return expected.length > 0 ? `must be ${orList(expected)}, but is ${show(issue.input)}` : undefined;
    }
    default:
      return undefined;
  }
}

/** The alternative whose type fits the value, if there is one: only its inner problems are worth telling. */
function nearestAlternative(alternatives: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  return alternatives.find(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"),
  );
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The keys that the schema knows at a path, over all its alternatives. */
function knownKeys(root: JsonSchema, path: readonly PropertyKey[]): string[] {
  let level = alternatives(root, root);
  for (const step of path) {
    const inner = level.flatMap((schema) =>
      typeof step === "number" ? [schema.items] : [schema.properties?.[String(step)] ?? schema.additionalProperties],
    );
    level = inner.flatMap((schema) => (isSchema(schema) ? alternatives(root, schema) : []));
  }
  return [...new Set(level.flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

function alternatives(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const named = schema.$ref?.startsWith("#/$defs/") ? root.$defs?.[schema.$ref.slice("#/$defs/".length)] : undefined;
  return [schema, ...[...branches, named].flatMap((branch) => (isSchema(branch) ? alternatives(root, branch) : []))];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  return meant !== undefined
    ? `is not a known field${didYouMean(meant)}`
    : `is not a known field; known are ${known.join(", ")}`;
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

const TYPE_NAMES: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
  null: "empty",
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function bound(origin: string, relation: "at least" | "at most", limit: number): string {
  if (origin === "string") return `have ${relation} ${limit} characters`;
  if (origin === "array" || origin === "set") return `have ${relation} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `be ${relation} ${limit}`;
}

/** A value as it stood in the file, cut where it is long. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object") return "a map";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function orList(items: readonly string[]): string {
  const unique = [...new Set(items)];
  return unique.length < 2 ? unique.join("") : `${unique.slice(0, -1).join(", ")} or ${unique.at(-1)}`;
}
