import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runcContainers } from "../../../../src/backends/local/leftovers/runc-containers.ts";
import { identifySelf } from "../../../../src/backends/state/process-identity.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mesos-up-runc-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("runcContainers", () => {
  it("knows the first process of a container by its start time, and where its cgroups lie", () => {
    const self = identifySelf();
    note("alive", {
      init_process_pid: self.pid,
      init_process_start: self.startTicks,
      cgroup_paths: { cpu: "/cgroup/cpu/x", memory: "/cgroup/memory/x" },
    });
    note("reused", { init_process_pid: self.pid, init_process_start: self.startTicks - 1, cgroup_paths: {} });
    expect(runcContainers(folder)).toEqual([
      { id: "alive", init: self, cgroups: ["/cgroup/cpu/x", "/cgroup/memory/x"] },
      { id: "reused", init: undefined, cgroups: [] },
    ]);
  });

  it("passes over notes that are half-written, and a folder that is not there", () => {
    note("half", "{");
    expect(runcContainers(folder)).toEqual([]);
    expect(runcContainers(join(folder, "none"))).toEqual([]);
  });
});

function note(id: string, state: unknown): void {
  const home = join(folder, "agent-1", "run", "runc", id);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "state.json"), typeof state === "string" ? state : JSON.stringify(state));
}
