import { describe, expect, it } from "vitest";
import { closest } from "../../src/config/closest.ts";

describe("closest", () => {
  it("finds what was meant by a slip of the finger", () => {
    const known = ["attributes", "resources", "sandbox_directory", "port"];
    expect(closest("atributes", known)).toBe("attributes");
    expect(closest("Resources", known)).toBe("resources");
    expect(closest("prot", known)).toBe("port");
    expect(closest("sandboxDirectory", known)).toBe("sandbox_directory");
  });

  it("stays silent where nothing is near", () => {
    expect(closest("zookeeper", ["masters", "agents"])).toBeUndefined();
    expect(closest("x", [])).toBeUndefined();
  });
});
