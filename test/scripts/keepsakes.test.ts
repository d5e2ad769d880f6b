import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requireKeepsakes, saveLogs, writeReports } from "../../scripts/keepsakes.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { writeClusterRecord } from "../../src/backends/state/cluster-record.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import { newReport } from "../../scripts/demo-report.ts";

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

const backendWith = (kind: Backend["kind"], log = (_: string) => Promise.resolve("")): Backend =>
  ({ kind, logTail: (_, node) => log(node) }) as Partial<Backend> as Backend;

describe("the logs that a demo keeps", () => {
  it("lie in a folder for each component", async () => {
    await saveLogs(backendWith("local"), "demo", join(folder, "kept"));
    expect(readFileSync(join(folder, "kept/agent-1/agent-1.log"), "utf8")).toBe("said\n");
  });

  it("are read by the backend where they lie elsewhere; what has none is left out", async () => {
    const placement = {
      stateDirectory: join(folder, ".mesos-up/demo"),
      slot: 0,
      containerProgram: undefined,
      imageStore: "",
    };
    const spec = defaultClusterSpec();
    const record = { owner: "abc", createdAt: "", spec, placement, plan: plan(spec, placement) };
    writeClusterRecord(placement.stateDirectory, { backend: "docker", ...record });
    const asked = backendWith("docker", (node) =>
      node === "agent-1" ? Promise.reject(new Error("gone")) : Promise.resolve(node === "master-1" ? "led" : ""),
    );
    await saveLogs(asked, "demo", join(folder, "kept"));
    expect(readFileSync(join(folder, "kept/master-1/master-1.log"), "utf8")).toBe("led\n");
    expect(readdirSync(join(folder, "kept"))).toEqual(["master-1"]);
  });

  it("are an error of the user's where they cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(saveLogs(backendWith("local"), "demo", join(folder, "file"))).rejects.toMatchObject({
      code: "LOGS_NOT_WRITTEN",
    });
  });
});

describe("before anything starts", () => {
  it.each([
    [{ report: ["r.docx"] }, "REPORT_FORM_UNKNOWN"],
    [{ report: ["/proc/x/r.json"] }, "REPORT_NOT_WRITTEN"],
    [{ report: ["new/deep/r.json", "/proc/r.xml"] }, "REPORT_NOT_WRITTEN"],
    [{ report: ["is-a-folder.md"] }, "REPORT_NOT_WRITTEN"],
    [{ report: [], logs: "/proc/x/logs" }, "LOGS_NOT_WRITTEN"],
    [{ report: [], logs: "file/logs" }, "LOGS_NOT_WRITTEN"],
    [{ report: [], logs: "file" }, "LOGS_NOT_WRITTEN"],
  ])("%j is refused, and nothing is left of the attempt", async (given, code) => {
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "is-a-folder.md"));
    const before = readdirSync(folder).sort();
    await expect(requireKeepsakes(inFolder(given))).rejects.toMatchObject({ code });
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it("what can be written is, also over what is there, and is not touched yet", async () => {
    writeFileSync(join(folder, "old.json"), "older\n");
    const given = inFolder({ report: ["new/deep/r.json", "old.json"], logs: "new/logs" });
    await requireKeepsakes(given);
    expect(readFileSync(join(folder, "old.json"), "utf8")).toBe("older\n");
    expect(existsSync(join(folder, "new"))).toBe(false);
    await writeReports(given.report, newReport());
    for (const file of given.report) expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ ok: false });
  });

  /** Paths as a user gives them, in the folder of this test unless they are absolute. */
  function inFolder({ report, logs }: { report: string[]; logs?: string }) {
    const path = (name: string): string => resolve(folder, name);
    return { report: report.map(path), ...(logs === undefined ? {} : { logs: path(logs) }) };
  }
});
