// The scripts that provision machines, alone: on machines that are containers, with runit or systemd to look after services.
import { createServer, type Server } from "node:http";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureMachineImage } from "../../src/backends/vagrant/machine-image/machine-image.ts";
import { dockerAnswers } from "./support/docker.ts";
import { until } from "./support/until.ts";
import { programs, Workplace } from "./support/workplace.ts";

const systemd = "/usr/lib/systemd/systemd";
if (!existsSync(systemd)) {
  if (process.env["CI"]) throw new Error(`CI tests the machines' services with systemd, and there is no ${systemd}.`);
  console.warn("systemd is not installed: services are not tested under it here.");
}

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
    await startMachine([], "sleep", "infinity");
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

/** systemd is this machine's own, which is the one that the image is made of the packages of. */
const underSystemd = [
  ...["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"].flatMap((name) => ["--cap-add", name]),
  ...["seccomp=unconfined", "apparmor=unconfined"].flatMap((option) => ["--security-opt", option]),
  ...["/run", "/run/lock", "/tmp", "/usr/local/bin:exec"].flatMap((path) => ["--tmpfs", path]),
  ...["--env", "container=docker", "--volume", "/usr:/usr:ro"],
  ...["--volume", `${programs}:/opt/mesos-up/engine/dist:ro`],
  ...["--volume", `${process.execPath}:/opt/mesos-up/engine/node:ro`],
];

// Without an identity of its own a machine is taken for one that starts for the first time, and every service is enabled.
const startSystemd = `
for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$mount" 2>/dev/null || true; done
if ! [ -f /sys/fs/cgroup/cgroup.controllers ] && ! mountpoint -q /sys/fs/cgroup/systemd; then
  mkdir -p /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
fi
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
exec ${systemd} --unit=basic.target
`;

describe.skipIf(!dockerAnswers || !existsSync(systemd))("services under systemd", () => {
  const service = (kind: string, port: number, ...args: string[]): string[] => [
    ...["--service", `mesos-${kind}`, "--kind", kind, "--address", "127.0.0.1", "--port", String(port)],
    ...[
      "--log",
      `/var/local/mesos/logs/${kind}`,
      "--directory",
      `/var/local/mesos/${kind}/work`,
      "--by",
      "engine",
      "--",
    ],
    ...[`--port=${port}`, "--ip=127.0.0.1", `--work_dir=/var/local/mesos/${kind}/work`, ...args],
  ];
  const master = service("master", 5050);
  const agent = service("agent", 5051, "--master=127.0.0.1:5050", "--launcher=posix", "--no-systemd_enable_support");

  async function provision(): Promise<void> {
    for (const [script = "", ...args] of [
      ["prepare.sh"],
      ["engine.sh"],
      ["node.sh", ...master],
      ["node.sh", ...agent],
    ]) {
      const { exitCode, all } = await execa("docker", ["exec", container, "sh", `/provision/${script}`, ...args], {
        ...{ reject: false, all: true },
      });
      expect(exitCode, all).toBe(0);
    }
  }

  /** What would differ had a service been started or a file been written anew. */
  async function traces(): Promise<string> {
    const look =
      "systemctl show --property=MainPID,NRestarts,InvocationID mesos-master mesos-agent; stat -c '%n %y' /etc/systemd/system/mesos-* /etc/mesos-up/services/*/*";
    return (await onMachine("sh", "-c", look)).stdout;
  }

  const mainPid = async (service: string): Promise<string> =>
    (await onMachine("systemctl", "show", "--property=MainPID", "--value", service)).stdout;

  it("are started with the plan's flags, again when they die, with the machine, and left alone when nothing changes", async () => {
    await startMachine(underSystemd, "sh", "-c", startSystemd);
    const state = async () => (await onMachine("systemctl", "is-system-running")).stdout;
    await until("systemd runs", async () => ["running", "degraded"].includes(await state()));
    await provision();

    const units = ["mesos-master.service", "mesos-agent.service"];
    const verified = await onMachine("systemd-analyze", "verify", ...units);
    expect(`${verified.stdout}${verified.stderr}`).not.toMatch(/mesos-(master|agent)/);
    expect((await onMachine("systemctl", "is-enabled", ...units)).stdout).toBe("enabled\nenabled");
    const pid = await mainPid("mesos-agent");
    const { stdout: command } = await onMachine("sh", "-c", `tr '\\0' ' ' </proc/${pid}/cmdline`);
    expect(command).toContain(agent.slice(agent.indexOf("--") + 1).join(" "));

    const before = await traces();
    await provision();
    expect(await traces()).toBe(before);

    await onMachine("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "mesos-agent");
    await until("another agent runs", async () => {
      const status = await onMachine("mesos-component", "status", "mesos-agent");
      return status.exitCode === 0 && (await mainPid("mesos-agent")) !== pid;
    });
    expect((await onMachine("mesos-component", "stop", "mesos-master")).exitCode).toBe(0);
    expect(await onMachine("mesos-component", "status", "mesos-master")).toMatchObject({
      exitCode: 1,
      stdout: "mesos-master is stopped",
    });
    expect((await onMachine("mesos-component", "restart", "mesos-master")).exitCode).toBe(0);
    expect(await onMachine("mesos-component", "status", "mesos-master")).toMatchObject({
      exitCode: 0,
      stdout: "mesos-master runs and answers at 127.0.0.1:5050",
    });
  });
});
