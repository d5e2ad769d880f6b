// The Vagrantfile as Vagrant and Ruby read it, over many plans. No machine is made.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/backends/vagrant/machine-readable.ts";
import { vagrantError } from "../../src/backends/vagrant/vagrant-errors.ts";
import { parseClusterFile } from "../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../src/cluster/plan.ts";
import type { ClusterPlan } from "../../src/cluster/plan-types.ts";
import type { VagrantPlacement } from "../../src/cluster/vagrant/vagrant-types.ts";

const present = (program: string): boolean => !execaSync(program, ["--version"], { reject: false }).failed;
const missing = ["vagrant", "ruby", "shellcheck"].filter((program) => !present(program));
if (missing.length > 0) {
  if (process.env["CI"]) throw new Error(`CI tests the Vagrantfile, and lacks ${missing.join(", ")}.`);
  console.warn(`Not everything about the Vagrantfile is tested: ${missing.join(", ")} cannot be run here.`);
}

const files = [
  "",
  "zookeeper: { servers: 3 }\nmasters: { count: 3 }\nagents: 5\n",
  "zookeeper: { servers: 5 }\nagents: [{ attributes: 'a:it''s;b:\"two\"', resources: { cpus: 1.5 }, flags: { gc_delay: 1days } }]\n",
  "vagrant: { network: 10.20.30, box: some/box, box_version: '1.2', agents: { memory: 777, cpus: 3 } }\nagents: 20\n",
];
const placements: VagrantPlacement[] = [
  { provider: "virtualbox" },
  { provider: "libvirt", engineArchive: "/state/engine.tar" },
  { provider: "docker", container: { image: "machine:1", imageStore: "/images", engine: "/engine", node: "/node" } },
];

function planned(text: string, vagrant: VagrantPlacement): ClusterPlan {
  const spec = parseClusterFile(text, "cluster.yaml", { backend: "vagrant" });
  const placement = { stateDirectory: "/state", slot: 0, containerProgram: "docker", imageStore: "", vagrant };
  return plan(spec, placement);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesos-up-vagrant-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** What the Vagrantfile's helper makes of plans; the words of every command come back as a shell reads them. */
async function readByRuby(paths: string[]): Promise<unknown> {
  const program = `
    require "json"
    require "shellwords"
    require ARGV.shift
    read = ARGV.map do |path|
      plan = MesosUp::Plan.new(path)
      machines = plan.machines.map do |machine|
        commands = machine.script("/p").lines.map(&:chomp).select { |line| line.start_with?("sh /p/") }
        { name: machine.name, address: machine.address, memory: machine.memory, cpus: machine.cpus, nodes: machine.nodes,
          uploads: machine.uploads, container: machine.container, commands: commands.map { |line| Shellwords.split(line) } }
      end
      { cluster: plan.cluster, provider: plan.provider, box: plan.box, version: plan.box_version, machines: machines }
    end
    puts JSON.generate(read)
  `;
  const { stdout } = await execa("ruby", ["-e", program, resolve("scripts/provision/plan.rb"), ...paths]);
  return JSON.parse(stdout);
}

/** A VirtualBox that tells its version and does nothing: with it Vagrant reads all that is said of virtual machines. */
async function nearlyVirtualBox(): Promise<Record<string, string>> {
  const programs = join(folder, "programs");
  await mkdir(programs);
  await writeFile(join(programs, "VBoxManage"), "#!/bin/sh\n[ $1 != --version ] || echo 7.0.20r163906\n", {
    mode: 0o755,
  });
  return { PATH: `${programs}:${process.env["PATH"] ?? ""}` };
}

function vagrant(args: string[], planFile: string | undefined, env: Record<string, string> = {}) {
  return execa("vagrant", args, {
    cwd: resolve("."),
    env: {
      ...env,
      VAGRANT_DOTFILE_PATH: join(folder, ".vagrant"),
      VAGRANT_HOME: join(folder, "home"),
      ...(planFile !== undefined && { MESOS_UP_PLAN: planFile }),
    },
    reject: false,
  });
}

/** Vagrant and rubocop take seconds to start, on a busy machine many. */
const patient = { timeout: 180_000 };

describe.skipIf(missing.includes("ruby"))("the Vagrantfile's helper", patient, () => {
  it("reads plans as they are: machines, addresses, sizes, and every word of every command", async () => {
    const plans = files.flatMap((text) => placements.map((placement) => planned(text, placement)));
    const paths = await Promise.all(plans.map((one, i) => write(`${i}.json`, JSON.stringify(one))));
    const expected = plans.map((one) => ({
      cluster: one.name,
      provider: one.vagrant?.provider,
      box: one.vagrant?.box,
      version: one.vagrant?.boxVersion ?? null,
      machines: one.vagrant?.machines.map((machine) => ({
        ...machine,
        container: machine.container ?? null,
        commands: machine.commands.map(([script = "", ...args]) => ["sh", `/p/${script}`, ...args]),
      })),
    }));
    expect(await readByRuby(paths)).toEqual(expected);
  });

  it.each([
    ["no JSON", "{", "it is not JSON"],
    ["a plan of another backend", JSON.stringify({ name: "demo", nodes: [] }), "it is none for Vagrant"],
    ["no machines", JSON.stringify({ name: "demo", vagrant: { machines: [] } }), "it has no machines"],
    ["a machine without an address", JSON.stringify({ vagrant: { machines: [{ name: "a" }] } }), "has no address"],
  ])("refuses %s in one sentence that says what to do", async (_, content, words) => {
    await expect(readByRuby([await write("wrong.json", content)])).rejects.toMatchObject({
      stderr: expect.stringMatching(new RegExp(`${words}. Write it anew: npx mesos-up plan`)) as string,
    });
  });

  it("refuses two machines of one address", async () => {
    const made = planned("agents: 2\n", { provider: "virtualbox" });
    const twice = JSON.stringify(made).replaceAll('"address":"192.168.33.12"', '"address":"192.168.33.11"');
    await expect(readByRuby([await write("twice.json", twice)])).rejects.toMatchObject({
      stderr: expect.stringContaining("two machines of it have the address 192.168.33.11") as string,
    });
  });
});

describe.skipIf(missing.includes("vagrant"))("Vagrant", patient, () => {
  it("finds the Vagrantfile and the plan that comes with it sound", async () => {
    const { exitCode, stderr, stdout } = await vagrant(["validate"], undefined, await nearlyVirtualBox());
    expect(`${stdout}${stderr}`).toContain("Vagrantfile validated successfully.");
    expect(exitCode).toBe(0);
  });

  it("sets about making virtual machines of a plan, as far as the box that they need", async () => {
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const boxes = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const file = await write("plan.json", JSON.stringify(planned("agents: 2\n", { provider: "virtualbox" })));
      const env = { ...(await nearlyVirtualBox()), VAGRANT_SERVER_URL: boxes };
      const { exitCode, stdout } = await vagrant(["up", "--machine-readable"], file, env);
      const messages = stdout.split("\n").flatMap((line) => parseMessage(line) ?? []);
      expect(vagrantError({ args: ["up"], exitCode, messages, stderr: "" })).toMatchObject({
        code: "BOX_UNAVAILABLE",
        message: expect.stringMatching(
          /^The box of the machines could not be had: The box 'bento\/ubuntu-24.04' .*: The requested URL returned error: 404\b.*\.$/,
        ) as string,
      });
    } finally {
      server.close();
    }
  });

  it("knows every machine of a plan", async () => {
    const made = planned("masters: { count: 3 }\nagents: 3\n", { provider: "virtualbox" });
    const { stdout } = await vagrant(["status", "--machine-readable"], await write("plan.json", JSON.stringify(made)));
    const machines = stdout
      .split("\n")
      .flatMap((line) => /^\d+,([\w-]+),state,not_created$/.exec(line.trim())?.[1] ?? []);
    expect(machines).toEqual(made.vagrant?.machines.map(({ name }) => name));
  });

  it("says what is wrong with a plan in its own way", async () => {
    const { exitCode, stdout, stderr } = await vagrant(["status"], await write("wrong.json", "{"));
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/The plan \S+ cannot be used: it is not JSON\. Write it anew/);
  });

  it.each([
    [{ provider: "virtualbox" } as const, "docker", "is for virtual machines, not for Vagrant's docker provider"],
    [placements[2], "virtualbox", "is for containers, not for virtual machines"],
  ])("refuses to make machines of a plan %o with %s", async (placement = { provider: "docker" }, asked, words) => {
    const file = await write("plan.json", JSON.stringify(planned("", placement)));
    const { exitCode, stdout, stderr } = await vagrant(["up", "--provider", asked], file);
    expect(exitCode).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(words);
  });
});

describe("the scripts", patient, () => {
  it.skipIf(missing.includes("shellcheck"))("are clean to shellcheck", async () => {
    const scripts = execaSync("sh", ["-c", "ls scripts/provision/*.sh"]).stdout.split("\n");
    const { all } = await execa("shellcheck", ["-x", "-s", "sh", ...scripts], { reject: false, all: true });
    expect(all).toBe("");
  });

  it.skipIf(!present("rubocop"))("of Ruby are clean to rubocop", async () => {
    const { exitCode, all } = await execa("rubocop", ["Vagrantfile", "scripts/provision/plan.rb"], {
      reject: false,
      all: true,
    });
    expect(exitCode, all).toBe(0);
  });
});
