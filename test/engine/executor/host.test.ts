import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ExecutorAssignment } from "../../../src/engine/containerizer/assignment.ts";
import type { HostReport } from "../../../src/engine/containerizer/executor-hosts.ts";
import { Host } from "../../../src/engine/executor/host.ts";
import type { SandboxOutput } from "../../../src/engine/executor/sandbox-output.ts";

interface Running {
  output: SandboxOutput;
  onDone: (exitCode: number) => void;
  silenced: boolean;
}

/** A host whose executors do nothing by themselves, and what it has said. */
function aHost() {
  const reports: HostReport[] = [];
  const running = new Map<string, Running>();
  const heard: (() => void)[] = [];
  let empty = 0;
  const host = new Host({
    env: process.env,
    run({ containerId }, output, onDone) {
      const executor: Running = { output, onDone, silenced: false };
      running.set(containerId, executor);
      return () => (executor.silenced = true);
    },
    report(report) {
      reports.push(report);
      for (const resolve of heard.splice(0)) resolve();
    },
    onEmpty: () => empty++,
  });
  const start = (containerId: string): string => {
    const sandbox = mkdtempSync(join(tmpdir(), "host-"));
    host.start({ containerId, sandbox } as ExecutorAssignment);
    return sandbox;
  };
  const pidOf = (containerId: string): number => {
    const report = reports.find((one) => one.containerId === containerId && "pid" in one);
    return report && "pid" in report ? report.pid : Number.NaN;
  };
  const end = async (containerId: string): Promise<HostReport> => {
    for (;;) {
      const found = reports.find((one) => one.containerId === containerId && "code" in one);
      if (found) return found;
      await new Promise<void>((resolve) => heard.push(resolve));
    }
  };
  return { host, start, pidOf, end, running, empty: () => empty };
}

describe("a program that several executors share", () => {
  let host: ReturnType<typeof aHost>;
  afterEach(() => {
    for (const { onDone } of host.running.values()) onDone(0);
  });

  it("has a process for each of them, known by its sandbox, that ends with the executor's status", async () => {
    host = aHost();
    const sandbox = host.start("a");
    host.start("b");
    const pid = host.pidOf("a");
    expect(pid).not.toBe(host.pidOf("b"));
    if (existsSync("/proc/self/environ"))
      expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toContain(`MESOS_DIRECTORY=${sandbox}\0`);
    host.running.get("a")?.onDone(0);
    expect(await host.end("a")).toEqual({ containerId: "a", code: 0, signal: null });
    host.running.get("b")?.onDone(3);
    expect(await host.end("b")).toEqual({ containerId: "b", code: 3, signal: null });
  });

  it("silences the executor whose process was killed, and no other", async () => {
    host = aHost();
    const sandbox = host.start("a");
    host.start("b");
    const { output } = host.running.get("a") ?? {};
    output?.say("before");
    process.kill(host.pidOf("a"), "SIGKILL");
    expect(await host.end("a")).toEqual({ containerId: "a", code: null, signal: "SIGKILL" });
    output?.say("after");
    expect(readFileSync(join(sandbox, "stdout"), "utf8")).toBe("before\n");
    expect([...host.running.values()].map(({ silenced }) => silenced)).toEqual([true, false]);
    expect(() => process.kill(host.pidOf("b"), 0)).not.toThrow();
  });

  it("tells every executor what went wrong with itself", () => {
    host = aHost();
    const sandboxes = ["a", "b"].map(host.start);
    host.host.complain("The executor failed: no memory");
    for (const sandbox of sandboxes)
      expect(readFileSync(join(sandbox, "stderr"), "utf8")).toBe("The executor failed: no memory\n");
  });

  it("is done when its last executor is, once there will be no more", async () => {
    host = aHost();
    host.start("a");
    host.running.get("a")?.onDone(0);
    await host.end("a");
    expect(host.empty()).toBe(0);
    host.start("b");
    host.host.close();
    expect(host.empty()).toBe(0);
    host.running.get("b")?.onDone(0);
    await host.end("b");
    expect(host.empty()).toBe(1);
  });
});
