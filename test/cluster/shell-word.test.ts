import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellWord } from "../../src/cluster/shell-word.ts";

const word = fc.string({ unit: fc.constantFrom(..."aZ0 '\"\\$`!*?~#&|;<>()[]{}=-\n\té".split("")) });

describe("shellWord", () => {
  it("comes out of a shell as it went in, whatever it holds", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
        expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(words.map((one) => `${one}\0`).join(""));
      }),
      { numRuns: 30, examples: [[["", "it's", "--flag=a,b:c", "-n"]]] },
    );
  });

  it("leaves a word bare that means the same without quotes", () => {
    expect(shellWord("--zk=zk://10.0.0.1:2181/mesos")).toBe("--zk=zk://10.0.0.1:2181/mesos");
    expect(shellWord("two words")).toBe("'two words'");
  });
});
