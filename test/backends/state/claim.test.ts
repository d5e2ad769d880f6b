import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimWithin, tryClaim, type ClaimResult } from "../../../src/backends/state/claim.ts";
import { identifySelf } from "../../../src/backends/state/process-identity.ts";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "mesos-up-claim-"));
  folder = join(parent, "made", "when needed");
});
afterEach(() => rmSync(parent, { recursive: true }));

describe("tryClaim", () => {
  it("keeps everybody else out until it is released", () => {
    const claim = claimed(tryClaim(folder, "lock"));
    expect(tryClaim(folder, "lock")).toEqual({ holder: identifySelf() });
    claim.release();
    claimed(tryClaim(folder, "lock")).release();
  });

  it("knows claims of different names apart, also where one name begins with the other", () => {
    const results = ["slot-1", "slot-10", "slot"].map((name) => tryClaim(folder, name));
    for (const result of results) claimed(result).release();
  });

  it("ignores and removes the claim of a process that is gone", () => {
    claimed(tryClaim(folder, "other"));
    writeFileSync(join(folder, "lock.999999999-1-00000000.abcd.lock"), "");
    claimed(tryClaim(folder, "lock"));
    expect(readdirSync(folder).filter((file) => file.startsWith("lock."))).toHaveLength(1);
  });

  it("takes a process that has got the process ID of the former holder for another one", () => {
    claimed(tryClaim(folder, "other"));
    const { pid, startTicks, bootId } = identifySelf();
    writeFileSync(join(folder, `lock.${pid}-${startTicks - 1}-${bootId}.abcd.lock`), "");
    claimed(tryClaim(folder, "lock"));
  });

  it("leaves no folder behind when it is released", () => {
    claimed(tryClaim(folder, "lock")).release();
    expect(existsSync(folder)).toBe(false);
  });

  it("leaves a folder that holds something else", () => {
    const claim = claimed(tryClaim(folder, "lock"));
    writeFileSync(join(folder, "cluster.json"), "{}");
    claim.release();
    expect(readdirSync(folder)).toEqual(["cluster.json"]);
  });

  it("may be released twice", () => {
    const claim = claimed(tryClaim(folder, "lock"));
    claim.release();
    claim.release();
  });
});

describe("claimWithin", () => {
  it("lets many in one after another, never two at a time", async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const claim = claimed(await claimWithin(folder, "lock", 20_000));
        most = Math.max(most, ++inside);
        await Promise.resolve();
        inside--;
        claim.release();
      }),
    );
    expect(most).toBe(1);
  });

  it("names the holder when its patience ends", async () => {
    claimed(tryClaim(folder, "lock"));
    expect(await claimWithin(folder, "lock", 0)).toEqual({ holder: identifySelf() });
  });
});

function claimed(result: ClaimResult) {
  if (!("claim" in result)) throw new Error(`held by ${result.holder.pid}`);
  return result.claim;
}
