// The JSON Schema of cluster files, for editors. What looks across fields is not in it: that only the parser checks.
import { z } from "zod";
import { clusterSchema } from "./cluster-schema.ts";

/** Draft 2020-12, of what a file may hold, not of what becomes of it. */
export function clusterJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(clusterSchema, { io: "input" });
  return { $schema, title: "mesos-up cluster file", ...schema };
}
