import { describe, expect, it } from "vitest";
import { describeDaemon } from "../../../src/backends/docker/daemon/describe-daemon.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const info = { OperatingSystem: "Debian", OSType: "linux", Architecture: "aarch64", CgroupVersion: "2" };
const version = { Version: "28.0", Components: [{ Name: "Engine", Version: "28.0" }] };

function daemonAt(host: string, more: object = {}): ScriptedDaemon {
  return new ScriptedDaemon(host, (call) => (call === "GET /info" ? { ...info, ...more } : version));
}

describe("what kind of daemon it is", () => {
  it.skipIf(process.platform !== "linux")("is one of this machine, whose addresses are reached", async () => {
    expect(await describeDaemon(daemonAt("unix:///run/docker.sock"))).toEqual({
      ...{ title: "Docker 28.0", architecture: "arm64", cgroups: 2, rootless: false, form: "host" },
      ...{ socket: "/run/docker.sock", reachedAt: "127.0.0.1" },
    });
  });

  it.each([
    ["unix:///run/docker.sock", { OperatingSystem: "Docker Desktop" }, "/var/run/docker.sock", "127.0.0.1"],
    ["unix:///run/user/7/docker.sock", { SecurityOptions: ["name=rootless"] }, "/run/user/7/docker.sock", "127.0.0.1"],
    ["unix:///run/user/7/podman.sock", { Rootless: true }, "/run/user/7/podman.sock", "127.0.0.1"],
    ["tcp://192.0.2.7:2375", {}, "/var/run/docker.sock", "192.0.2.7"],
  ])(
    "is one whose ports are published where containers are not reached: %s %j",
    async (host, more, socket, reachedAt) => {
      const facts = await describeDaemon(daemonAt(host, more));
      expect(facts).toMatchObject({ form: "bridge", socket, reachedAt, why: expect.stringMatching(/./) as string });
    },
  );

  it("is one of no use where it is reached by an IPv6 address alone, which Mesos does not advertise", async () => {
    await expect(describeDaemon(daemonAt("tcp://[2001:db8::7]:2375"))).rejects.toMatchObject({
      code: "DOCKER_ADDRESS_UNUSABLE",
      message: expect.stringContaining("2001:db8::7") as string,
    });
  });
});
