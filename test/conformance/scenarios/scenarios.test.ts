import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarios, selectScenarios } from "./index.ts";

const namesOf = (list: string) => selectScenarios(list).map(({ name }) => name);

describe("the scenarios", () => {
  it("have a recording each, and no recording is left over", () => {
    const recorded = readdirSync(new URL("../recorded", import.meta.url)).filter((name) => name.endsWith(".json"));
    expect(scenarios.map(({ name }) => `${name}.json`).sort()).toEqual(recorded.sort());
  });

  it("are selected by name or by the beginning of it, all of them by an empty list", () => {
    expect(namesOf("http-method,offer-shape")).toEqual(["http-method", "offer-shape"]);
    expect(namesOf("fetch-*")).toEqual(["fetch-plain-and-extract", "fetch-no-extract", "fetch-missing"]);
    expect(namesOf("")).toHaveLength(scenarios.length);
    expect(() => namesOf("http-method,no-such-*")).toThrow("No scenario is named no-such-*.");
  });
});
