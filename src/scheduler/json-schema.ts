// The JSON Schema of app files, for editors. What looks across fields is not in it: that only the parser checks.
import { z } from "zod";
import { appSchema } from "./app-schema.ts";

/** Draft 2020-12, of what a file may hold, not of what becomes of it. */
export function appJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(appSchema, { io: "input" });
  return { $schema, title: "mesos-up app file", ...schema };
}
