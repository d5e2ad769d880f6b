import { mkdtempSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadAgentFlags } from "../../../src/engine/agent/flags.ts";
import { type PrepareRequest, UserError } from "../../../src/engine/containerizer/runtimes.ts";
import { NestedContainers } from "../../../src/engine/executor/nested-containers.ts";
import { openSandboxOutput } from "../../../src/engine/executor/sandbox-output.ts";
import type { TaskInfo } from "../../../src/mesos/types.ts";
import { assignment } from "../containerizer/fixtures.ts";

let sandbox: string;
let directory: string;
let prepared: PrepareRequest[];
let prepareFailure: Error | undefined;
let fetchFailure: Error | undefined;
let removed: string[];

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), "nested-"));
  directory = mkdtempSync(join(tmpdir(), "nested-runtime-"));
  prepared = [];
  removed = [];
  prepareFailure = undefined;
  fetchFailure = undefined;
});

function containers(): NestedContainers {
  const flags = loadAgentFlags([`--work_dir=${sandbox}`], {}).values;
  return new NestedContainers({
    assignment: { ...assignment(), sandbox, groups: { flags, role: "ops", user: "somebody", directory } },
    runtimes: {
      prepare: (request) => {
        prepared.push(request);
        return prepareFailure ? Promise.reject(prepareFailure) : Promise.resolve({ kind: "posix" });
      },
      remove: ({ containerId }) => {
        removed.push(containerId);
        return Promise.resolve();
      },
    },
    fetcher: { fetch: () => (fetchFailure ? Promise.reject(fetchFailure) : Promise.resolve()) },
    output: openSandboxOutput(sandbox),
    env: process.env,
    ownProgram: [],
  });
}

const taskOf = (over: Partial<TaskInfo>): TaskInfo => ({
  ...{ name: "g1", task_id: { value: "g1" }, agent_id: { value: "a1" } },
  ...over,
});

describe("a container inside another one", () => {
  it("has a sandbox of its own, a link to it, and few variables", async () => {
    const command = { value: "pwd; env", environment: { variables: [{ name: "GREETING", value: "hi" }] } };
    const run = await containers().launch(taskOf({ command }), "n1");
    expect(await run.exited).toEqual({ code: 0 });
    const own = join(sandbox, "containers", "n1");
    expect(readlinkSync(join(sandbox, "tasks", "g1"))).toBe(own);
    expect(statSync(own).mode & 0o777).toBe(0o750);
    const [folder, ...variables] = readFileSync(join(own, "stdout"), "utf8").trim().split("\n");
    expect(folder).toBe(own);
    expect(variables.map((line) => line.split("=")[0]).sort()).toEqual(
      ["GREETING", "MESOS_ALLOCATION_ROLE", "MESOS_CONTAINER_IP", "MESOS_SANDBOX", "PATH", "PWD"].sort(),
    );
    expect(variables).toEqual(expect.arrayContaining(["MESOS_ALLOCATION_ROLE=ops", `MESOS_SANDBOX=${own}`]));
    expect(readFileSync(join(sandbox, "stdout"), "utf8")).toContain("Forked command at");
    expect(removed).toEqual(["n1"]);
  });

  it("is noted while it lives, so that an agent can remove it", async () => {
    const run = await containers().launch(taskOf({ command: { value: "sleep 60" } }), "n1");
    const { pid } = await run.started;
    while (readdirSync(directory).length === 0) await new Promise((resolve) => setImmediate(resolve));
    const note = JSON.parse(readFileSync(join(directory, "n1", "container.json"), "utf8")) as object;
    expect(note).toMatchObject({ containerId: "n1", directory: join(directory, "n1"), executor: { pid } });
    run.kill(10_000);
    expect(await run.exited).toEqual({ signal: "SIGTERM" });
  });

  it("runs as the task's user, or else as the framework's", async () => {
    const nested = containers();
    await nested.launch(taskOf({ command: { value: "true" } }), "n1");
    await nested.launch(taskOf({ command: { value: "true", user: "me" } }), "n2");
    expect(prepared.map(({ user }) => user)).toEqual(["somebody", "me"]);
  });

  it.each([
    ["a program that is not there", { shell: false, value: "/no/such/program" }, 233],
    ["a task without a command", undefined, 1],
    ["a command that a shell does not find", { value: "no-such-program-anywhere 2>/dev/null" }, 127],
  ])("exits as in Mesos with %s", async (_what, command, code) => {
    const run = await containers().launch(taskOf(command === undefined ? {} : { command }), "n1");
    expect(await run.exited).toEqual({ code });
  });

  const failures: [string, { prepare?: Error; fetch?: Error }, RegExp][] = [
    [
      "a user that is not there",
      { prepare: new UserError("nobody-here") },
      /^Failed to create nested sandbox '.*\/containers\/n1': Failed to chown directory to 'nobody-here': No such user 'nobody-here'$/,
    ],
    ["an image that cannot be had", { prepare: new Error("no such image") }, /^no such image$/],
    ["a file that cannot be fetched", { fetch: new Error("404") }, /^Command exited with status 1$/],
  ];
  it.each(failures)("cannot be launched with %s", async (_what, { prepare, fetch }, message) => {
    prepareFailure = prepare;
    fetchFailure = fetch;
    await expect(containers().launch(taskOf({ command: { value: "true" } }), "n1")).rejects.toThrow(message);
  });

  it("knows no network by name", async () => {
    const container = { type: "MESOS" as const, network_infos: [{ name: "n" }] };
    await expect(containers().launch(taskOf({ container }), "n1")).rejects.toThrow("Unknown CNI network 'n'");
  });

  it("replaces the link of an earlier task of that name", async () => {
    const nested = containers();
    for (const id of ["n1", "n2"]) await (await nested.launch(taskOf({ command: { value: "true" } }), id)).exited;
    expect(readlinkSync(join(sandbox, "tasks", "g1"))).toBe(join(sandbox, "containers", "n2"));
  });
});
