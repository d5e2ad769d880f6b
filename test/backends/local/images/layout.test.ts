import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { usedDigests } from "../../../../src/backends/local/images/layout.ts";

let layout: string;
beforeEach(() => {
  layout = mkdtempSync(join(tmpdir(), "layout-"));
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
});
afterEach(() => rmSync(layout, { recursive: true, force: true }));

const reference = (name: string) => ({ mediaType: "any", digest: `sha256:${name}`, size: 1 });
const blob = (name: string, content: object) =>
  writeFileSync(join(layout, "blobs/sha256", name), JSON.stringify(content));

describe("what the images of a layout consist of", () => {
  it("is their manifests, configurations and layers, also of one for several platforms", async () => {
    blob("one", { config: reference("config-1"), layers: [reference("layer-1"), reference("shared")] });
    blob("two", { config: reference("config-2"), layers: [reference("shared")] });
    blob("many", { manifests: [reference("two"), reference("lost")] });
    blob("old", { config: reference("config-0"), layers: [reference("layer-0")] });
    const manifests = [reference("one"), reference("many")];
    writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
    expect([...(await usedDigests(layout))].sort()).toEqual(
      ["one", "config-1", "layer-1", "shared", "many", "two", "config-2", "lost"]
        .map((name) => `sha256:${name}`)
        .sort(),
    );
  });

  it("is nothing where there is no layout", async () => {
    expect([...(await usedDigests(join(layout, "absent")))]).toEqual([]);
  });
});
