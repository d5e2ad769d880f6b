import { describe, expect, it } from "vitest";
import type { ContainerRuntime, RuncRuntime } from "../../../src/engine/containerizer/assignment.ts";
import { besideContainer, type BesideOptions } from "../../../src/engine/sessions/beside-container.ts";

const env = { PATH: "/bin" };
const command = {
  ...{ shell: false, value: "ls", arguments: ["ls", "/"], user: "www" },
  environment: { variables: [{ name: "A", value: "b" }] },
};
const runc = { kind: "runc", program: "/usr/bin/runc", root: "/run/runc" } as RuncRuntime;

const beside = (runtime: ContainerRuntime, over: Partial<BesideOptions> = {}) => {
  const note = { containerId: "c1", frameworkId: "f", executorId: "e", sandbox: "/no/such/sandbox", runtime };
  return besideContainer({ ...{ note, command, env }, terminal: false, sessionId: "c1.s", user: undefined, ...over });
};

describe("a command beside a task", () => {
  it("is runc's to run in a container that runc has made", () => {
    const words = ["--root", "/run/runc", "exec", "--user", "www", "--env", "A=b", "c1", "ls", "/"];
    expect(beside(runc)).toEqual({ file: "/usr/bin/runc", args: words, env, user: undefined });
    expect(beside(runc, { terminal: true }).args[3]).toBe("--tty");
  });

  it("is Docker's to run in a container of a daemon, known there by its session", () => {
    const { file, args } = beside({ kind: "docker", client: ["docker", "-H", "x"], directory: "/d", stopTimeoutMs: 0 });
    const words = "docker -H x exec --interactive --user www --env A=b --env MESOS_SESSION=c1.s mesos-c1 ls /";
    expect([file, ...args].join(" ")).toBe(words);
  });

  it("runs in the task's folder, as the task's user where it names none", () => {
    const user = { uid: 1, gid: 2 };
    expect(beside({ kind: "posix", user })).toMatchObject({ file: "ls", argv0: "ls", args: ["/"], user });
    const own = { uid: 3, gid: 4 };
    expect(beside({ kind: "posix", user }, { user: own })).toMatchObject({ cwd: "/no/such/sandbox", user: own });
  });
});
