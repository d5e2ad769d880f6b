import { describe, expect, it } from "vitest";
import { afterCleanUp } from "../../src/backends/after-clean-up.ts";
import { MesosUpError } from "../../src/errors.ts";

const failing = () => Promise.reject(new Error("still there"));

describe("afterCleanUp", () => {
  it("gives the error as it was when everything could be cleaned up", async () => {
    const error = new Error("first");
    expect(await afterCleanUp(error, () => Promise.resolve())).toBe(error);
  });

  it("attaches what could not be cleaned up", async () => {
    const error = new MesosUpError("first", { code: "FIRST" });
    expect(await afterCleanUp(error, failing)).toBe(error);
    expect(error.cleanupErrors).toEqual([new Error("still there")]);
  });

  it("wraps an error that has no place for it", async () => {
    const first = new Error("first");
    expect(await afterCleanUp(first, failing)).toMatchObject({
      code: "UP_FAILED",
      cause: first,
      cleanupErrors: [new Error("still there")],
    });
  });
});
