import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findFailure } from "../../../src/backends/docker/daemon/known-failures.ts";

const dockerfile = readFileSync("src/backends/docker/images/mesos-package/Dockerfile", "utf8");
const statuses = [...dockerfile.matchAll(/exit (\d+)/g)].map(([, status = ""]) => status);

describe("a package of Mesos that no image can be built from", () => {
  it("is told in words of its own for everything that the Dockerfile finds amiss", () => {
    expect(statuses.length).toBeGreaterThan(5);
    const told = statuses.map((status) => findFailure(`The command '/bin/sh' returned a non-zero code: ${status}`));
    expect(told.map((failure) => failure?.code)).toEqual(statuses.map(() => "IMAGE_NOT_BUILT"));
    expect(new Set(told.map((failure) => failure?.message)).size).toBe(statuses.length);
  });

  it("is told whichever builder it was, and only for these statuses", () => {
    const [status = ""] = statuses;
    expect(findFailure(`executor failed running [/bin/sh -c x]: exit code: ${status}`)).toBeDefined();
    expect(findFailure("executor failed running [/bin/sh -c x]: exit code: 1")).toBeUndefined();
  });
});
