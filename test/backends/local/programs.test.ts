import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseContainerRuntime } from "../../../src/backends/local/container-runtime.ts";
import { findEngine } from "../../../src/backends/local/engine-programs.ts";
import { nodeCommand } from "../../../src/backends/local/node-command.ts";
import type { PlanNode } from "../../../src/cluster/plan-types.ts";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "mesos-up-programs-"))));
afterEach(() => rmSync(home, { recursive: true }));

describe("findEngine", () => {
  it("takes the Mesos under MESOS_HOME, and tells it where its parts lie", () => {
    program("bin/mesos-master");
    program("sbin/mesos-agent");
    mkdirSync(join(home, "libexec/mesos"), { recursive: true });
    const { kind, master, agent } = findEngine("auto", { MESOS_HOME: home, PATH: "" });
    expect(kind).toBe("mesos");
    expect(master).toEqual({
      file: join(home, "bin/mesos-master"),
      args: [],
      env: { LD_LIBRARY_PATH: join(home, "lib") },
    });
    expect(agent.file).toBe(join(home, "sbin/mesos-agent"));
    expect(agent.env["MESOS_LAUNCHER_DIR"]).toBe(join(home, "libexec/mesos"));
  });

  it("takes one on PATH, but no script for node of that name", () => {
    program("bin/mesos-master");
    program("bin/mesos-agent");
    expect(findEngine("mesos", { PATH: `/nowhere:${join(home, "bin")}` }).master.file).toBe(
      join(home, "bin/mesos-master"),
    );
    program("bin/mesos-master", "#!/usr/bin/env node\n");
    expect(() => findEngine("mesos", { PATH: join(home, "bin") })).toThrowError(/No mesos-master/);
  });

  it("says how a Mesos that was asked for is found", () => {
    expect(() => findEngine("mesos", { MESOS_HOME: home, PATH: "" })).toThrowError(
      expect.objectContaining({
        code: "ENGINE_MISSING",
        hint: expect.stringContaining("MESOS_HOME") as string,
      }) as Error,
    );
  });
});

describe("chooseContainerRuntime", () => {
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    server = undefined;
  });

  it("is Docker where its program is there and its daemon answers", async () => {
    program("bin/docker");
    const env = { PATH: join(home, "bin"), DOCKER_HOST: `unix://${join(home, "docker.sock")}` };
    expect(await chooseContainerRuntime("auto", env)).toBe("runc");
    server = createServer((_, response) => response.end("OK"));
    await new Promise<void>((resolve) => server!.listen(join(home, "docker.sock"), resolve));
    expect(await chooseContainerRuntime("auto", env)).toBe("docker");
    expect(await chooseContainerRuntime("runc", env)).toBe("runc");
    expect(await chooseContainerRuntime("auto", { ...env, PATH: "/nowhere" })).toBe("runc");
  });

  it("is Podman where it works", async () => {
    program("bin/podman", "#!/bin/sh\nexit 0\n");
    expect(await chooseContainerRuntime("auto", { PATH: join(home, "bin") })).toBe("podman");
    program("bin/podman", "#!/bin/sh\nexit 125\n");
    expect(await chooseContainerRuntime("auto", { PATH: join(home, "bin") })).toBe("runc");
  });

  it.each(["docker", "podman"] as const)("says that %s was asked for and does not work", async (wanted) => {
    await expect(chooseContainerRuntime(wanted, { PATH: home })).rejects.toMatchObject({
      code: "CONTAINER_RUNTIME_MISSING",
    });
  });
});

describe("nodeCommand", () => {
  const one = (file: string) => ({ file, args: ["first"], env: { OWN: "1" } });
  const programs = {
    engine: { kind: "embedded" as const, master: one("/master"), agent: one("/agent") },
    zookeeper: (configuration: string) => ({ file: "/java", args: ["-cp", "jars", configuration], env: {} }),
    containerProgram: undefined,
    imageStore: "/images",
    programFolders: ["/kit/bin"],
  };
  const env = { PATH: "/bin", HOME: "/home/me", MESOS_PORT: "1", LIBPROCESS_IP: "::", NODE_OPTIONS: "--inspect" };
  const context = { programs, env, owner: "token", folder: "/state/demo" };

  it("gives a process the plan's arguments, and an environment that changes none of them", () => {
    const node = { program: "mesos-master", args: ["--port=5050"] } as PlanNode;
    expect(nodeCommand(node, context)).toEqual({
      file: "/master",
      args: ["first", "--port=5050"],
      env: {
        HOME: "/home/me",
        PATH: "/kit/bin:/bin",
        OWN: "1",
        UP_MESOS_OWNER: "token",
        UP_MESOS_STATE: "/state/demo",
      },
    });
  });

  it("starts ZooKeeper on its zoo.cfg", () => {
    const node = { program: "zookeeper", args: ["/state/demo/zoo.cfg"] } as PlanNode;
    expect(nodeCommand(node, context)).toMatchObject({ file: "/java", args: ["-cp", "jars", "/state/demo/zoo.cfg"] });
  });
});

function program(path: string, text = "\u007fELF"): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}
