// For any secret in any of the shapes that are recognised, and for any text without one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Redactor } from "../../src/export/redact.ts";

/** Both ends of each secret, that half of one is seen too. */
const MARKS = ["Zq7x", "x7qZ"];
const secretOf = (middle: fc.Arbitrary<string>): fc.Arbitrary<string> => middle.map((one) => MARKS.join(one));
const anySecret = secretOf(fc.string({ maxLength: 20, unit: "binary" }));
const printable = (without: string): fc.Arbitrary<string> =>
  secretOf(
    fc.string({ maxLength: 20 }).map((one) =>
      Array.from(one)
        .filter((sign) => !without.includes(sign))
        .join(""),
    ),
  );

const name = fc.constantFrom("DB_PASSWORD", "deploy-token", "AWS_SECRET_ACCESS_KEY", "SSH_PASS", "api_key", "auth-key");
const words = [
  "I1121 13:00:00.1 7 master.cpp:12]",
  "Launching task web.1 on",
  "{",
  "}",
  "key of",
  "http://h:80/x",
  "a: b,",
];
const ordinary = fc
  .array(
    fc.oneof(
      fc.constantFrom(...words, '"quoted"', '{"name":"LANG","value":"C"}', "it's", "x=1;"),
      fc.nat().map(String),
    ),
  )
  .map((some) => some.join(" "));

/** What a text is in a string of a document, in a string of a document … */
const quoted = (text: string, levels: number): string =>
  levels === 0 ? text : quoted(JSON.stringify(text).slice(1, -1), levels - 1);

function expectNone(text: string, redactor = new Redactor()): void {
  const clean = redactor.text(text);
  for (const mark of MARKS) expect(clean, text).not.toContain(mark);
}

describe("no secret comes through a text", () => {
  const documents: [string, (name: string, secret: string) => unknown][] = [
    ["a field", (called, secret) => ({ a: 1, [called]: secret, b: 2 })],
    ["an environment variable", (called, secret) => ({ name: called, type: "VALUE", value: secret })],
    ["a label", (called, secret) => [{ key: called, value: secret }, { key: "owner" }]],
    ["a pair the other way round", (called, secret) => ({ value: secret, b: { c: [] }, name: called })],
    ["a secret of Mesos", (called, secret) => ({ name: called, secret: { type: "VALUE", value: { data: secret } } })],
    ["a flag in a list", (called, secret) => ["serve", `--${called}`, `.${secret}`, "--port", "1"]],
    ["a list of secrets", (called, secret) => ({ [called]: [secret, { deep: [secret] }] })],
  ];
  it.each(documents)("as %s of a document, however deep in others and however spaced", (_shape, documentOf) => {
    const any = fc.tuple(ordinary, name, anySecret, fc.integer({ min: 0, max: 3 }), fc.constantFrom(0, 2), ordinary);
    fc.assert(
      fc.property(any, ([before, called, secret, levels, indent, after]) => {
        const text = JSON.stringify(documentOf(called, secret), null, indent);
        expectNone(`${before.replaceAll(/["{]/g, "")} ${quoted(text, levels)} ${after}`);
      }),
    );
  });

  const lines: [string, fc.Arbitrary<string>, (name: string, secret: string) => string][] = [
    ["a variable", printable(" \"'`\\,;&)}]"), (called, secret) => `${called}=${secret}`],
    ["a flag with it", printable(" \"'`\\,;&)}]"), (called, secret) => `x --${called}=${secret}`],
    ["a flag before it", printable(" \"'`\\,;&)}]"), (called, secret) => `x --${called} ${secret}`],
    ["a quoted flag before it", printable('"\\'), (called, secret) => `x --${called} "${secret}"`],
    [
      "protobufs are printed",
      printable('"\\'),
      (called, secret) => `{ name: "${called}" type: VALUE value: "${secret}" }`,
    ],
    ["YAML has a pair", printable(" \"'`\\,;&)}]:="), (called, secret) => `- name: ${called}\n  value: ${secret}`],
    ["an address has it", printable(" \"'\\"), (_, secret) => `zk://me:${secret}@h:2181/mesos`],
    ["another address has it", printable(" \"'\\"), (_, secret) => `https://me:${secret}@h/x?y=1`],
  ];
  it.each(lines)("as %s", (_shape, secrets, lineOf) => {
    fc.assert(
      fc.property(ordinary, name, secrets, ordinary, (before, called, secret, after) => {
        expectNone(`${before.replaceAll(/["']/g, "")} ${lineOf(called, secret)} ${after}`);
      }),
    );
  });

  const forms: [string, (secret: string) => string][] = [
    ["as it is", (secret) => secret],
    ["in a document", (secret) => JSON.stringify([secret])],
    ["in a document in a document", (secret) => JSON.stringify(JSON.stringify({ a: secret }))],
    ["with escaped slashes", (secret) => JSON.stringify(secret).replaceAll("/", "\\/")],
    ["in an address", (secret) => `http://h/?q=${encodeURIComponent(secret)}`],
    ["in a form", (secret) => new URLSearchParams({ q: secret }).toString()],
  ];
  it.each(forms)("once it is known, %s", (_form, formOf) => {
    fc.assert(
      fc.property(ordinary, secretOf(fc.string({ maxLength: 20, unit: "grapheme" })), (before, secret) => {
        const redactor = new Redactor();
        redactor.learn({ DB_PASSWORD: secret });
        expectNone(`${before} has ${formOf(secret)}`, redactor);
      }),
    );
  });

  it("once it is known, in base64 of whatever it is a part of", () => {
    const part = fc.string({ maxLength: 9 });
    fc.assert(
      fc.property(part, printable(""), part, (before, secret, after) => {
        const redactor = new Redactor();
        redactor.learn({ DB_PASSWORD: secret });
        const clean = redactor.text(`got ${Buffer.from(before + secret + after).toString("base64")}`);
        // At its ends, what it shares with its neighbours stays.
        const rest = clean
          .replace("got ", "")
          .split("[removed]")
          .map((some) => Buffer.from(some, "base64").toString());
        expect(rest).toHaveLength(2);
        for (const mark of MARKS) expect(rest.join("")).not.toContain(mark);
      }),
    );
  });
});

describe("what has no secrets comes out as it went in", () => {
  it("a text", () => {
    fc.assert(
      fc.property(ordinary, fc.constantFrom("\n", "\\n", "\t"), ordinary, (one, between, other) => {
        const text = `${one}${between}${other}`;
        expect(new Redactor().text(text)).toBe(text);
      }),
    );
  });

  it("a document, and one in a text", () => {
    const value = fc.oneof(ordinary, fc.string({ maxLength: 20 }), fc.nat(), fc.boolean(), fc.constant(null));
    const field = fc.constantFrom("id", "cpus", "hostname", "attributes", "task_id", "ttl", "monkey", "value", "name");
    fc.assert(
      fc.property(fc.dictionary(field, fc.oneof(value, fc.array(value), fc.dictionary(field, value))), (document) => {
        expect(new Redactor().json(document)).toEqual(document);
        const text = `I1121 got ${JSON.stringify(document)}`;
        expect(new Redactor().text(text)).toBe(text);
      }),
    );
  });

  it("what was cleaned already", () => {
    fc.assert(
      fc.property(name, anySecret, (called, secret) => {
        const clean = new Redactor().text(`${called}=${secret} ${JSON.stringify({ [called]: secret })}`);
        expect(new Redactor().text(clean)).toBe(clean);
      }),
    );
  });
});
