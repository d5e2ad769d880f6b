import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { clusterJsonSchema } from "../../src/cluster/json-schema.ts";

describe("docs/cluster.schema.json", () => {
  it("is the schema that files are read with (vitest -u writes it anew)", async () => {
    const schema = await format(JSON.stringify(clusterJsonSchema()), { parser: "json", printWidth: 120 });
    await expect(schema).toMatchFileSnapshot("../../docs/cluster.schema.json");
  });
});
