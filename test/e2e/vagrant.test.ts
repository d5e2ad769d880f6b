// A cluster on machines that are containers (Vagrant's docker provider), through its whole life; and the scripts that
// provision machines, alone.
import { createServer, type Server } from "node:http";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureMachineImage } from "../../src/backends/vagrant/machine-image/machine-image.ts";
import { dockerAnswers } from "./support/docker.ts";
import type { DownOutput, Failure, StatusOutput, UpOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

const vagrantThere = !execaSync("vagrant", ["--version"], { reject: false }).failed;
if (!vagrantThere) {
  if (process.env["CI"]) throw new Error("CI tests with Vagrant, and it is not installed.");
  console.warn("Vagrant is not installed: nothing is tested with machines here.");
}

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

/** Names of the containers and networks that the machines of this workplace are made of. */
async function machinesInDocker(): Promise<string[]> {
  const label = `label=mesos-up.state=${place.state()}`;
  const { stdout: containers } = await execa("docker", ["ps", "-a", "--filter", label, "--format", "{{.Names}}"]);
  const { stdout: networks } = await execa("docker", ["network", "ls", "--format", "{{.Name}}"]);
  const ours = networks.split("\n").filter((name) => name.startsWith("vagrant_network_192.168.33."));
  return [...containers.split("\n").filter((name) => name !== ""), ...ours];
}

/** What would differ had a component been started or a file been written anew. */
async function traces(container: string): Promise<string> {
  const look =
    "cat /etc/mesos-up/services/*/supervise/pid; stat -c '%n %y' /etc/mesos-up/services/*/run /etc/mesos-up/services/*/settings /usr/local/bin/mesos-component";
  return (await execa("docker", ["exec", container, "sh", "-c", look])).stdout;
}

async function states(): Promise<Record<string, string>> {
  const { output } = await place.json<StatusOutput>("status");
  return Object.fromEntries(output.nodes.map(({ name, state }) => [name, state]));
}

const allRun = { "zookeeper-1": "running", "master-1": "running", "agent-1": "running", "agent-2": "running" };

describe.skipIf(!vagrantThere || !dockerAnswers)("a cluster on machines", () => {
  it("comes up, is provisioned again without a change, mends, rests, serves nginx from an agent's address, and goes", async () => {
    await place.write("cluster.yaml", "backend: vagrant\nvagrant: { provider: docker }\nagents: 2\n");
    const up = await place.json<UpOutput>("up", "--cluster", "cluster.yaml");
    expect(up.stderr).not.toContain("Error");
    expect(up.output).toMatchObject({
      started: ["zookeeper-1", "master-1", "agent-1", "agent-2"],
      zkUrl: "zk://192.168.33.10:2181/mesos",
      masters: ["http://192.168.33.10:5050"],
    });
    const containers = (await machinesInDocker()).filter((name) => name.startsWith("up-demo-"));
    expect(containers).toHaveLength(3);
    const agent = containers.find((name) => name.endsWith("-mesos-agent")) ?? "";
    const master = containers.find((name) => name.endsWith("-mesos-master")) ?? "";

    // By hand, where `npx mesos-up ssh` says.
    const before = [await traces(agent), await traces(master)];
    const again = await execa("vagrant", ["provision"], { cwd: place.state(), reject: false, all: true });
    expect(again.all).not.toContain("MESOS_UP_FAILED");
    expect(again.exitCode).toBe(0);
    expect([await traces(agent), await traces(master)]).toEqual(before);

    // What dies is started by the machine itself; what is stopped by `restart`, and by `up`.
    const pid = "/etc/mesos-up/services/mesos-agent/supervise/pid";
    await execa("docker", ["exec", agent, "sh", "-c", `kill -9 $(cat ${pid})`]);
    await until("the agent runs again", async () => (await states())["agent-1"] === "running");
    await execa("docker", ["exec", master, "mesos-component", "stop", "mesos-master"]);
    expect(await states()).toEqual({ ...allRun, "master-1": "dead" });
    expect((await place.run("restart", "master-1")).exitCode).toBe(0);
    expect(await states()).toEqual(allRun);
    await execa("docker", ["exec", agent, "mesos-component", "stop", "mesos-agent"]);
    const mended = await place.json<UpOutput>("up");
    expect(mended.output.started).toEqual(["agent-1"]);

    expect((await place.run("logs", "agent-1")).stdout).toContain("192.168.33.1");
    const { report, stderr } = await place.demo("--site", await site());
    expect(stderr).not.toContain("Error");
    expect(report).toMatchObject({ ok: true, check: { status: 200, siteMatches: true } });
    expect(report.check?.url).toMatch(/^http:\/\/192\.168\.33\.1[12]:\d+\/$/);

    expect((await place.run("halt")).exitCode).toBe(0);
    expect(Object.values(await states())).toEqual(["dead", "dead", "dead", "dead"]);
    expect((await place.run("resume")).exitCode).toBe(0);
    expect(await states()).toEqual(allRun);

    const down = await place.json<DownOutput>("down");
    expect(down.output.removed).toEqual(
      expect.arrayContaining(["machine mesos-master", "machine mesos-agent", "machine mesos-agent-2"]),
    );
    expect(await machinesInDocker()).toEqual([]);
    expect(place.leftovers()).toEqual([]);
  }, 600_000);

  it("is not begun where its addresses belong to another network, nor without Vagrant", async () => {
    await execa("docker", ["network", "create", "--subnet", "192.168.69.0/24", "mesos-up-e2e-taken"]);
    try {
      await place.write("cluster.yaml", "backend: vagrant\nvagrant: { provider: docker, network: 192.168.69 }\n");
      const { exitCode, output } = await place.json<Failure>("up", "--cluster", "cluster.yaml");
      expect(exitCode).toBe(1);
      expect(output.error).toMatchObject({ code: "ADDRESS_TAKEN" });
      expect(output.error.message).toContain("mesos-up-e2e-taken");
    } finally {
      await execa("docker", ["network", "rm", "mesos-up-e2e-taken"]);
    }
    const bare = await Workplace.create({ env: { PATH: place.folder } });
    const { output } = await bare.json<Failure>("up", "--backend", "vagrant");
    expect(output.error).toMatchObject({ code: "VAGRANT_MISSING" });
    expect(bare.leftovers()).toEqual([]);
    await bare.remove();
    expect(place.leftovers()).toEqual([]);
  });
});

async function site(): Promise<string> {
  await mkdir(place.path("site"));
  await writeFile(place.path("site", "index.html"), "<h1>from a machine</h1>\n");
  return "site";
}

describe.skipIf(!dockerAnswers)("the scripts on a machine", () => {
  let container: string;
  let server: Server;
  let base: string;
  const served = new Map<string, Buffer>();

  beforeEach(async () => {
    const progress = { progress: () => undefined, note: () => undefined };
    const signal = new AbortController().signal;
    const { reference } = await ensureMachineImage({ env: process.env, signal, progress });
    const mount = `${resolve("scripts/provision")}:/provision:ro`;
    const args = ["run", "--detach", "--volume", mount, reference, "sleep", "infinity"];
    container = (await execa("docker", args)).stdout;
    const format = "{{.NetworkSettings.Gateway}}";
    const { stdout: gateway } = await execa("docker", ["inspect", "--format", format, container]);
    server = createServer((request, response) => {
      const body = served.get(request.url ?? "");
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, gateway, listening));
    base = `http://${gateway}:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.close();
    await execa("docker", ["rm", "--force", "--volumes", container]);
  });

  const run = (script: string, ...args: string[]) =>
    execa("docker", ["exec", container, "sh", `/provision/${script}`, ...args], { reject: false });

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
    const installed = await execa("docker", ["exec", container, "mesos-master", "--version"]);
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
