// Bodies of JSON that are no calls, as older endpoints take them, refused in Mesos's words.
import { JsonSyntaxError, parseJson } from "./json-syntax.ts";

export type PlainBody<Value> = { value: Value } | { problem: string };

/** `problem` is Mesos's own: endpoints put their own words before it. */
export const parseArray = (body: string): PlainBody<unknown[]> =>
  parse(body, (value): value is unknown[] => Array.isArray(value));

export const parseObject = (body: string): PlainBody<object> =>
  parse(body, (value): value is object => typeof value === "object" && value !== null && !Array.isArray(value));

function parse<Value>(body: string, isWanted: (value: unknown) => value is Value): PlainBody<Value> {
  try {
    const value = parseJson(body);
    return isWanted(value) ? { value } : { problem: "Unexpected JSON type parsed" };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { problem: error.message };
    throw error;
  }
}
