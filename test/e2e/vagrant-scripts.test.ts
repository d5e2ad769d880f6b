// The scripts that provision machines, alone: on a container that is a machine.
import { createServer, type Server } from "node:http";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureMachineImage } from "../../src/backends/vagrant/machine-image/machine-image.ts";
import { dockerAnswers } from "./support/docker.ts";
import { Workplace } from "./support/workplace.ts";

let place: Workplace;
let container: string;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await execa("docker", ["rm", "--force", "--volumes", container]);
  await place.remove();
});

/** Starts a machine that has the scripts. */
async function startMachine(options: readonly string[], ...command: readonly string[]): Promise<void> {
  const progress = { progress: () => undefined, note: () => undefined };
  const signal = new AbortController().signal;
  const { reference } = await ensureMachineImage({ env: process.env, signal, progress });
  const mount = ["--volume", `${resolve("scripts/provision")}:/provision:ro`];
  container = (await execa("docker", ["run", "--detach", ...mount, ...options, reference, ...command])).stdout;
}

const onMachine = (...command: string[]) => execa("docker", ["exec", container, ...command], { reject: false });
const run = (script: string, ...args: string[]) => onMachine("sh", `/provision/${script}`, ...args);

describe.skipIf(!dockerAnswers)("the scripts on a machine", () => {
  let server: Server;
  let base: string;
  const served = new Map<string, Buffer>();

  beforeEach(async () => {
    // A small disk, for one that is full.
    await startMachine(["--tmpfs", "/opt/mesos-up:size=2m"], "sleep", "infinity");
    const format = "{{.NetworkSettings.Gateway}}";
    const { stdout: gateway } = await execa("docker", ["inspect", "--format", format, container]);
    server = createServer((request, response) => {
      const body = served.get(request.url ?? "");
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, gateway, listening));
    base = `http://${gateway}:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
  });

  it("install Mesos from a package once, and say what is wrong with one", async () => {
    const architecture = execaSync("dpkg", ["--print-architecture"]).stdout;
    const [deb, sha256] = await smallPackage(architecture);
    served.set(`/mesos_${architecture}.deb`, deb);
    served.set("/none.deb", Buffer.from("no package"));

    const failures: [string[], string][] = [
      [[`${base}/missing.deb`], "could not be fetched"],
      [[`${base}/none.deb`], "is no Debian package"],
      [[`${base}/mesos_{arch}.deb`, "0".repeat(64)], `has the SHA-256 ${sha256}, not 0000`],
    ];
    for (const [args, words] of failures) {
      const { exitCode, stderr } = await run("mesos-package.sh", ...args);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^MESOS_UP_FAILED: .*\.$/m);
      expect(stderr).toContain(words);
      expect(stderr).toMatch(/^MESOS_UP_HINT: .*\.$/m);
    }

    const first = await run("mesos-package.sh", `${base}/mesos_{arch}.deb`, sha256);
    expect(first.stderr).toBe("");
    expect(first.exitCode).toBe(0);
    const installed = await onMachine("mesos-master", "--version");
    expect(installed.stdout).toBe("mesos 0.0.1");
    served.clear();
    const second = await run("mesos-package.sh", `${base}/mesos_{arch}.deb`, sha256);
    expect([second.exitCode, second.stdout, second.stderr]).toEqual([0, "", ""]);
  });

  it("say which component a machine has not, and what is missing for the one it is to have", async () => {
    const unknown = await run("component.sh", "restart", "mesos-master");
    expect(unknown.stderr).toContain('MESOS_UP_FAILED: This machine has no component "mesos-master".');
    const engine = await run("engine.sh");
    expect(engine.stderr).toContain("MESOS_UP_FAILED: The embedded engine is not on this machine.");
    const node = ["--service", "mesos-master", "--kind", "master", "--address", "127.0.0.1", "--port", "5050"];
    const absent = await run("node.sh", ...node, "--log", "/tmp/log", "--by", "package", "--", "--quorum=1");
    expect(absent.stderr).toContain("MESOS_UP_FAILED: mesos-master is not installed on this machine.");
    const archive = "head -c 3000000 /dev/zero >/tmp/dist && tar -cf /tmp/engine.tar -C /tmp dist";
    expect((await onMachine("sh", "-c", archive)).exitCode).toBe(0);
    const full = await run("engine.sh", "/tmp/engine.tar");
    expect(full.exitCode).not.toBe(0);
    expect(full.stderr).toContain("MESOS_UP_FAILED: There is no room left on this machine's disk, at /opt/mesos-up.");
  });

  /** A package that has the programs, as far as can be told from their answers; and its SHA-256. */
  async function smallPackage(architecture: string): Promise<[Buffer, string]> {
    const root = place.path("package");
    await mkdir(join(root, "DEBIAN"), { recursive: true });
    await mkdir(join(root, "usr/sbin"), { recursive: true });
    const control = ["Package: mesos-small", "Version: 0.0.1", `Architecture: ${architecture}`, "Maintainer: nobody"];
    await writeFile(join(root, "DEBIAN/control"), [...control, "Description: as small as can be", ""].join("\n"));
    for (const program of ["mesos-master", "mesos-agent"])
      await writeFile(join(root, "usr/sbin", program), "#!/bin/sh\necho mesos 0.0.1\n", { mode: 0o755 });
    const file = place.path("mesos.deb");
    await execa("dpkg-deb", ["--root-owner-group", "--build", root, file]);
    return [await readFile(file), (await execa("sha256sum", [file])).stdout.slice(0, 64)];
  }
});
