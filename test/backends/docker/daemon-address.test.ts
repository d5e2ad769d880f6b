import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { daemonAddress, machineOf, placeOf } from "../../../src/backends/docker/daemon/daemon-address.ts";

const home = mkdtempSync(join(tmpdir(), "mesos-up-docker-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function writeContext(name: string, host: string | undefined): string {
  const id = createHash("sha256").update(name).digest("hex");
  const folder = join(home, ".docker/contexts/meta", id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  return join(home, ".docker/contexts/tls", id, "docker");
}

describe("the Docker daemon that is meant", () => {
  it("is the default socket where nothing says otherwise", () => {
    expect(daemonAddress({ HOME: "/nonexistent" }).host).toBe("unix:///var/run/docker.sock");
    expect(daemonAddress({ HOME: "/nonexistent", DOCKER_CONTEXT: "default" }).host).toBe("unix:///var/run/docker.sock");
  });

  it("is DOCKER_HOST before all contexts, with the certificates that go with it", () => {
    const env = { HOME: home, DOCKER_HOST: "tcp://10.0.0.7:2376", DOCKER_CONTEXT: "elsewhere" };
    expect(daemonAddress(env)).toEqual({ host: "tcp://10.0.0.7:2376", from: "DOCKER_HOST" });
    expect(daemonAddress({ ...env, DOCKER_TLS_VERIFY: "1" }).certificates).toBe(join(home, ".docker"));
    expect(daemonAddress({ ...env, DOCKER_CERT_PATH: "/certs" }).certificates).toBe("/certs");
  });

  it("is the context of DOCKER_CONTEXT, else the current one of Docker's configuration", () => {
    const tls = writeContext("desktop", "unix:///home/me/.docker/run/docker.sock");
    writeFileSync(join(home, ".docker/config.json"), JSON.stringify({ currentContext: "desktop" }));
    const expected = { host: "unix:///home/me/.docker/run/docker.sock", from: "the context desktop" };
    expect(daemonAddress({ HOME: home })).toEqual(expected);
    expect(daemonAddress({ DOCKER_CONFIG: join(home, ".docker"), DOCKER_CONTEXT: "desktop" })).toEqual(expected);
    mkdirSync(tls, { recursive: true });
    expect(daemonAddress({ HOME: home })).toEqual({ ...expected, certificates: tls });
  });

  it("is an error where the context is not known, or names no daemon", () => {
    writeContext("empty", undefined);
    for (const name of ["empty", "no-such"]) {
      const find = () => daemonAddress({ HOME: home, DOCKER_CONTEXT: name });
      expect(find).toThrowError(expect.objectContaining({ code: "DOCKER_CONTEXT_UNKNOWN" }) as Error);
    }
  });

  it("is on the machine that its address names", () => {
    expect(machineOf({ host: "tcp://build.example:2375", from: "" })).toBe("build.example");
    expect(machineOf({ host: "unix:///var/run/docker.sock", from: "" })).toBeUndefined();
    expect(placeOf({ host: "tcp://[fd00::7]:2375", from: "" })).toEqual({ machine: "fd00::7", port: "2375" });
  });

  it.each(["ssh://me@build.example", "tcp://build.example:port", "tcp://", "build.example:2375"])(
    "is an error where its address is one that is not understood: %s",
    (host) => {
      const find = () => machineOf({ host, from: "DOCKER_HOST" });
      expect(find).toThrowError(expect.objectContaining({ code: "DOCKER_HOST_UNKNOWN" }) as Error);
    },
  );
});
