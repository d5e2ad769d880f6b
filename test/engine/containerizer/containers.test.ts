import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAgentFlags } from "../../../src/engine/agent/flags.ts";
import { containerDirectory, exitStatusFile, runDirectory, runOfContainer } from "../../../src/engine/agent/paths.ts";
import { silentLog } from "../../../src/engine/common/log.ts";
import { Containers, type ContainersOptions } from "../../../src/engine/containerizer/containers.ts";
import { Runtimes } from "../../../src/engine/containerizer/runtimes.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { environmentShown } from "../../environment-shown.ts";

const KEY = { agentId: "S0", frameworkId: "f1", executorId: "e1", containerId: "c1" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "containers-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of an agent that has begun again on these folders; `exits` are containers of which nothing is left. */
function restarted() {
  const [workDir, runtimeDir] = [join(folder, "work"), join(folder, "run")];
  const { values: flags } = loadAgentFlags(
    [`--work_dir=${workDir}`, `--runtime_dir=${runtimeDir}`, "--master=x:1"],
    {},
  );
  const warnings: string[] = [];
  const clock = new FakeClock();
  let onExit: ContainersOptions["onExit"] = () => {};
  const exit = new Promise<[string, number]>((resolve) => (onExit = (...ended) => resolve(ended)));
  const containers = new Containers({
    ...{ runtimeDir, clock, onExit, env: process.env, executorCommand: [] },
    runtimes: new Runtimes({ flags, env: process.env, clock, uid: 1 }),
    log: { ...silentLog, warning: (message) => warnings.push(message) },
    runOf: (containerId) => runOfContainer(workDir, containerId),
    // Nothing is launched.
    ...({} as Pick<ContainersOptions, "fetcher" | "pool" | "hosts">),
  });
  return { containers, warnings, exit, workDir, directory: containerDirectory(runtimeDir, "c1"), runtimeDir };
}

function damage(file: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, '{"containerId": "c');
}

describe("a container whose note cannot be read", () => {
  it("has come to its end, with what still runs in its sandbox", async () => {
    const { containers, warnings, exit, workDir, directory } = restarted();
    const sandbox = runDirectory(workDir, KEY);
    for (const root of [workDir, join(workDir, "meta")]) mkdirSync(runDirectory(root, KEY), { recursive: true });
    damage(join(directory, "container.json"));
    const task = spawn("sleep", ["600"], { env: { ...process.env, MESOS_DIRECTORY: sandbox }, stdio: "ignore" });
    const ended = once(task, "exit");
    await environmentShown(task, "MESOS_DIRECTORY");
    const ids = { containerId: "c1", frameworkId: "f1", executorId: "e1", sandbox };
    expect(containers.recover()).toEqual([{ ...ids, runtime: { kind: "posix" } }]);
    expect(await exit).toEqual(["c1", 9]);
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(existsSync(directory)).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^Failed to read '.*container\.json': .*, possible corruption$/)]);
  });

  it("is left out where the agent knows nothing of it either", () => {
    const { containers, warnings, directory } = restarted();
    damage(join(directory, "container.json"));
    expect(containers.recover()).toEqual([]);
    expect(warnings).toHaveLength(1);
  });
});

it("takes an executor for killed whose status cannot be read", async () => {
  const { containers, exit, directory, runtimeDir } = restarted();
  mkdirSync(directory, { recursive: true });
  const note = { containerId: "c1", frameworkId: "f1", executorId: "e1", sandbox: "/none", runtime: { kind: "posix" } };
  writeFileSync(join(directory, "container.json"), JSON.stringify(note));
  damage(exitStatusFile(runtimeDir, "c1"));
  expect(containers.recover()).toHaveLength(1);
  expect(await exit).toEqual(["c1", 9]);
});
