import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { saveLogs } from "../../scripts/keepsakes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keepsakes-"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  mkdirSync(join(folder, ".mesos-up/demo/nodes/agent-1/log"), { recursive: true });
  writeFileSync(join(folder, ".mesos-up/demo/nodes/agent-1/log/agent-1.log"), "said\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("the logs that a demo keeps", () => {
  it("lie in a folder for each component", async () => {
    await saveLogs("demo", join(folder, "kept"));
    expect(readFileSync(join(folder, "kept/agent-1/agent-1.log"), "utf8")).toBe("said\n");
  });

  it("are an error of the user's where they cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(saveLogs("demo", join(folder, "file"))).rejects.toMatchObject({ code: "LOGS_NOT_WRITTEN" });
  });
});
