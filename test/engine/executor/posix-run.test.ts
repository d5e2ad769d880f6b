import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { startPosixTask } from "../../../src/engine/executor/posix-run.ts";
import { openSandboxOutput } from "../../../src/engine/executor/sandbox-output.ts";
import { describeExit, type TaskRun } from "../../../src/engine/executor/task-run.ts";
import type { CommandInfo } from "../../../src/mesos/types.ts";

let sandbox: string;

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), "posix-run-"));
});

function start(command: CommandInfo): TaskRun {
  const environment = { PATH: "/bin:/usr/bin", GREETING: "hi" };
  return startPosixTask({
    command,
    environment,
    sandbox,
    runtime: { kind: "posix" },
    output: openSandboxOutput(sandbox),
  });
}
const stdout = (): string => readFileSync(join(sandbox, "stdout"), "utf8");

/** The task has written a line of its own. */
async function hasSaid(word: string): Promise<void> {
  while (!stdout().split("\n").includes(word)) await new Promise((resolve) => setImmediate(resolve));
}

describe("a task as a process", () => {
  it("runs by a shell in the sandbox, with its variables", async () => {
    const { exited } = start({ shell: true, value: 'echo "$GREETING"; pwd; echo oops >&2; exit 3' });
    expect(await exited).toEqual({ code: 3 });
    expect(stdout()).toContain(`hi\n${sandbox}\n`);
    expect(readFileSync(join(sandbox, "stderr"), "utf8")).toBe("oops\n");
  });

  it("runs without a shell, its first argument being its name", async () => {
    const { exited } = start({ shell: false, value: "/bin/sh", arguments: ["named", "-c", "echo $0"] });
    expect(await exited).toEqual({ code: 0 });
    expect(stdout()).toContain("\nnamed\n");
  });

  it("fails as in Mesos where there is no such program", async () => {
    expect(await start({ shell: false, value: "/no/such/program" }).exited).toEqual({ code: 1 });
  });

  it("is asked to end, with all that it has started", async () => {
    const run = start({ shell: true, value: "sleep 60 & sleep 60 & echo started; wait" });
    await hasSaid("started");
    run.kill(60_000);
    expect(await run.exited).toEqual({ signal: "SIGTERM" });
  });

  it("is made to end if it does not listen", async () => {
    const run = start({ shell: true, value: "trap '' TERM; echo started; while :; do sleep 0.05; done" });
    await hasSaid("started");
    run.kill(20);
    expect(await run.exited).toEqual({ signal: "SIGKILL" });
  });
});

describe("describeExit", () => {
  it.each([
    [{ code: 0 }, "Command exited with status 0"],
    [{ signal: "SIGKILL" as const }, "Command terminated with signal Killed"],
    [{ signal: "SIGWINCH" as const }, "Command terminated with signal SIGWINCH"],
  ])("words %j", (exit, text) => {
    expect(describeExit("Command", exit)).toBe(text);
  });
});
