import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CHECKS } from "../../src/doctor/diagnose.ts";

it("has a line in the documentation for every check, and none for others", () => {
  const documented = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8").matchAll(
    /^\| ([A-Z]{2}\d{3}) \|/gm,
  );
  expect([...documented].map(([, id]) => id)).toEqual(CHECKS.map(({ id }) => id));
});
