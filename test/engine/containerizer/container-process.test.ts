import { describe, expect, it } from "vitest";
import { containerProcess } from "../../../src/engine/containerizer/container-process.ts";
import type { ImageConfig } from "../../../src/engine/containerizer/image-store.ts";
import type { CommandInfo } from "../../../src/mesos/types.ts";
import { runcAssignment, task } from "./fixtures.ts";

const image: ImageConfig = {
  Entrypoint: ["/entry"],
  Cmd: ["serve"],
  Env: ["LANG=C", "PATH=/image/bin"],
  WorkingDir: "/srv",
};

function processOf(command: CommandInfo | undefined, type: "DOCKER" | "MESOS" = "DOCKER", config = image) {
  const assignment = runcAssignment({ image: config, containerType: type });
  const given = command === undefined ? task() : task({ command });
  return containerProcess({ task: given, assignment, hostname: "h1", home: "/root" });
}

describe("the process of a container with an image", () => {
  it.each([
    ["nothing", { shell: false }, ["/entry", "serve"]],
    ["arguments", { shell: false, arguments: ["-v"] }, ["/entry", "-v"]],
    ["a program", { shell: false, value: "ls", arguments: ["-l"] }, ["/entry", "ls", "-l"]],
    ["a shell command", { shell: true, value: "echo hi" }, ["/bin/sh", "-c", "echo hi"]],
    ["a shell without a command", {}, ["/entry", "serve"]],
  ])("takes %s as docker run does", (_what, command, args) => {
    expect(processOf(command).args).toEqual(args);
  });

  it.each([
    ["nothing", { shell: false }, ["/entry", "serve"]],
    ["a program with its argv", { shell: false, value: "/bin/ls", arguments: ["ls", "-l"] }, ["/bin/ls", "-l"]],
    ["a shell command", { shell: true, value: "echo hi" }, ["/bin/sh", "-c", "echo hi"]],
  ])("takes %s as Mesos's containerizer does", (_what, command, args) => {
    expect(processOf(command, "MESOS").args).toEqual(args);
  });

  it("starts in the image's folder, else in / for Docker and in the sandbox for Mesos", () => {
    const bare = { Cmd: ["x"] };
    expect(processOf(undefined).cwd).toBe("/srv");
    expect(processOf(undefined, "DOCKER", bare).cwd).toBe("/");
    expect(processOf(undefined, "MESOS", bare).cwd).toBe("/sandbox");
  });

  it("has the image's variables, and over them what Mesos and the task say", () => {
    const command = { environment: { variables: [{ name: "LANG", value: "de" }] } };
    expect(processOf(command).env).toEqual({
      PATH: "/image/bin",
      HOSTNAME: "h1",
      HOME: "/root",
      LANG: "de",
      MESOS_SANDBOX: "/sandbox",
      MESOS_CONTAINER_NAME: "mesos-c1",
    });
    expect(processOf(command, "MESOS").env).toMatchObject({ MESOS_EXECUTOR_ID: "t1", MESOS_SANDBOX: "/sandbox" });
  });

  it("refuses to run nothing", () => {
    expect(() => processOf(undefined, "DOCKER", {})).toThrow("No command specified");
  });
});
