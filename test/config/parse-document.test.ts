import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkValue, parseDocument } from "../../src/config/parse-document.ts";
import type { DocumentKind } from "../../src/config/parse-document.ts";
import { ConfigError } from "../../src/errors.ts";

const pond = {
  what: "pond file",
  code: "POND_INVALID",
  hint: "Drain it.",
  schema: z.strictObject({
    name: z.string().min(2).default("pond"),
    kind: z.enum(["lake", "puddle"]).default("lake"),
    depth: z.int().max(10).optional(),
    fish: z
      .union([z.int(), z.array(z.strictObject({ species: z.string(), weightKg: z.number().optional() }))])
      .default(0),
    tags: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  }),
} satisfies DocumentKind<unknown>;

function issuesOf(text: string, kind: DocumentKind<unknown> = pond): string[] {
  try {
    parseDocument(text, "pond.yaml", kind);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).issues.map((issue) => `${issue.line}:${issue.column} ${issue.path} ${issue.message}`);
  }
  return [];
}

describe("a document", () => {
  it("is read as YAML and as JSON, tabs included", () => {
    const expected = { name: "mere", kind: "lake", fish: [{ species: "pike" }], tags: {} };
    expect(parseDocument("name: mere\nfish:\n  - species: pike\n", "pond.yaml", pond)).toEqual(expected);
    expect(parseDocument('{\n\t"name": "mere",\n\t"fish": [{\n\t\t"species": "pike"\n\t}]\n}', "p.json", pond)).toEqual(
      expected,
    );
  });

  it("may be empty, or hold nothing but comments", () => {
    const defaults = { name: "pond", kind: "lake", fish: 0, tags: {} };
    expect(parseDocument("", "pond.yaml", pond)).toEqual(defaults);
    expect(parseDocument("# later\n", "pond.yaml", pond)).toEqual(defaults);
  });

  it("is refused with every problem at once, each at its line and column", () => {
    const text =
      "name: x\nkind: laek\ndepth: 11.5\nfish:\n  - species: 3\n    weihgtKg: 2\n  - weightKg: heavy\nzzzzzz: 1\n";
    expect(issuesOf(text)).toEqual([
      '1:7 name must have at least 2 characters, but is "x"',
      '2:7 kind must be lake or puddle, but is "laek"; did you mean "lake"?',
      "3:8 depth must be a whole number, but is 11.5",
      "5:14 fish[0].species must be text, but is 3",
      '6:5 fish[0].weihgtKg is not a known field; did you mean "weightKg"?',
      "7:5 fish[1].species is required",
      '7:15 fish[1].weightKg must be a number, but is "heavy"',
      "8:1 zzzzzz is not a known field; known are name, kind, depth, fish, tags",
    ]);
  });

  it("names all types that would have been accepted", () => {
    expect(issuesOf("fish: many\ntags: {a: [1]}\n")).toEqual([
      '1:7 fish must be a number or a list, but is "many"',
      "2:11 tags.a must be text or a number, but is a list",
    ]);
  });

  it("that is not a map at all is refused", () => {
    expect(issuesOf("- 1\n")).toEqual(["1:1  must be a map, but is a list"]);
  });

  it("with wrong syntax is refused with the parser's words and lines", () => {
    expect(issuesOf("name: a\nname: b\n")).toEqual(["2:1  Map keys must be unique"]);
    expect(issuesOf("name: [1\nkind: lake\n")[0]).toMatch(/^2:1 /);
    expect(issuesOf("name: !wet x\n")).toEqual(["1:7  Unresolved tag: !wet"]);
    expect(issuesOf("name: *gone\n")[0]).toContain("Unresolved alias");
  });

  it("is refused by checks across fields together with what the schema refuses", () => {
    const check = () => [{ path: ["fish", 0], message: "is too big for a puddle", at: "value" as const }];
    expect(issuesOf("fish:\n- species: pike\ndepth: 12\n", { ...pond, check })).toEqual([
      "2:3 fish[0] is too big for a puddle",
      "3:8 depth must be at most 10, but is 12",
    ]);
  });

  it("says in the error which file it was and what to do", () => {
    const error = (() => {
      try {
        return parseDocument("depth: x", "pond.yaml", pond);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({
      message: "The pond file pond.yaml has a problem.",
      code: "POND_INVALID",
      hint: "Drain it.",
      file: "pond.yaml",
    });
  });
});

describe("a value that was not read from a text", () => {
  it("is checked in the same way, without lines", () => {
    expect(checkValue({ depth: 3 }, pond)).toMatchObject({ depth: 3, name: "pond" });
    expect(() => checkValue({ depth: "3" }, pond)).toThrow("The pond file has a problem.");
  });
});
