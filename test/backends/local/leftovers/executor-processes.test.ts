import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { executorProcesses } from "../../../../src/backends/local/leftovers/executor-processes.ts";

it("finds executors, and what they have started, by the container that their sandbox is of", async () => {
  const runs = "/nowhere/demo/nodes/agent-1/work/slaves/S0/frameworks/F/executors/e/runs";
  const started = [
    { MESOS_DIRECTORY: `${runs}/c1` },
    { MESOS_SANDBOX: `${runs}/c1/containers/nested` },
    { MESOS_SANDBOX: "/nowhere/demo-two/runs/c2" },
  ].map((env) => spawn("sleep", ["1000"], { env: { ...process.env, ...env } }));
  try {
    const pids = started.slice(0, 2).map(({ pid }) => pid);
    await expect
      .poll(() => [...executorProcesses("/nowhere/demo")].map(([id, all]) => [id, all.map(({ pid }) => pid).sort()]))
      .toEqual([["c1", pids.sort()]]);
  } finally {
    for (const child of started) child.kill("SIGKILL");
    await Promise.all(started.map((child) => once(child, "exit")));
  }
});
