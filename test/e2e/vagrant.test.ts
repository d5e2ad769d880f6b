// A cluster on machines that are containers (Vagrant's docker provider), through its whole life.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerAnswers } from "./support/docker.ts";
import type { DownAllOutput, Failure, LogsOutput, StatusOutput, UpOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { programs, Workplace } from "./support/workplace.ts";

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

/** The lines of the page for when something is wrong, in their order. */
async function troubleshooting(): Promise<string[]> {
  const [, section = ""] = (await readFile("docs/vagrant.md", "utf8")).split("## When something is wrong");
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));
}

/** Runs a line of a page in a shell, where `npx mesos-up` is the one that is tested. */
async function asWritten(line: string): Promise<string> {
  const shim = `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(programs, "mesos-up.js")}' "$@"\n`;
  await mkdir(place.path("bin"), { recursive: true });
  await writeFile(place.path("bin", "npx"), shim, { mode: 0o755 });
  const env = { PATH: `${place.path("bin")}:${process.env["PATH"] ?? ""}` };
  const { exitCode, stdout, all } = await execa("bash", ["-o", "pipefail", "-c", line], {
    ...{ cwd: place.folder, env, reject: false, all: true },
  });
  expect(exitCode, `${line}\n${all}`).toBe(0);
  return stdout;
}

const allRun = { "zookeeper-1": "running", "master-1": "running", "agent-1": "running", "agent-2": "running" };

describe.skipIf(!vagrantThere || !dockerAnswers)("a cluster on machines", () => {
  it("comes up, is provisioned again without a change, does what the page for trouble says, serves nginx, and goes", async () => {
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

    // What dies is started by the machine itself; what is stopped by `restart` and `up`, which are lines of the page.
    const pid = "/etc/mesos-up/services/mesos-agent/supervise/pid";
    await execa("docker", ["exec", agent, "sh", "-c", `kill -9 $(cat ${pid})`]);
    await until("the agent runs again", async () => (await states())["agent-1"] === "running");
    const lines = await troubleshooting();
    const does = async (line: string): Promise<string> => {
      expect(lines.shift()).toBe(line);
      return await asWritten(line);
    };
    expect(await does("npx mesos-up status")).toMatch(/^agent +192\.168\.33\.11:5051 +active/m);
    await execa("docker", ["exec", master, "mesos-component", "stop", "mesos-master"]);
    expect(await states()).toEqual({ ...allRun, "master-1": "dead" });
    await does("npx mesos-up restart master-1");
    expect(await states()).toEqual(allRun);
    expect(await does("npx mesos-up status | grep zookeeper-1")).toMatch(/running.*192\.168\.33\.10:2181/);
    for (const [node, name, at] of [
      ["zookeeper-1", "zookeeper", "192.168.33.10:2181"],
      ["master-1", "mesos-master", "192.168.33.10:5050"],
      ["agent-1", "mesos-agent", "192.168.33.11:5051"],
    ] as const)
      expect(await does(`npx mesos-up ssh ${node} mesos-component status ${name}`)).toBe(
        `${name} runs and answers at ${at}`,
      );
    for (const line of ["logs agent-1", "ssh agent-1 cat /var/local/mesos/logs/agent/mesos-agent.log"])
      expect(await does(`npx mesos-up ${line}`)).toContain("192.168.33.1");
    expect(await does("npx mesos-up ssh agent-1")).toBe(`cd ${place.state()} && vagrant ssh mesos-agent`);
    await execa("docker", ["exec", agent, "mesos-component", "stop", "mesos-agent"]);
    await does("npx mesos-up up");
    expect(await states()).toEqual(allRun);

    const { report, stderr } = await place.demo("--site", await site());
    expect(stderr).not.toContain("Error");
    expect(report).toMatchObject({ ok: true, check: { status: 200, siteMatches: true } });
    expect(report.check?.url).toMatch(/^http:\/\/192\.168\.33\.1[12]:\d+\/$/);

    await does("npx mesos-up halt");
    const running = await execa("docker", ["ps", "--quiet", "--filter", `label=mesos-up.state=${place.state()}`]);
    expect(running.stdout).toBe("");
    await does("npx mesos-up resume");
    expect(await states()).toEqual(allRun);
    await does("npx mesos-up rebuild");
    expect(lines).toEqual([]);
    expect(await states()).toEqual(allRun);
    expect((await machinesInDocker()).filter((name) => containers.includes(name))).toHaveLength(3);

    // Two on one machine, which Vagrant would let nobody else speak to meanwhile.
    const { output: logs } = await place.json<LogsOutput>("logs", "zookeeper-1", "master-1", "--lines", "100000");
    expect(logs.missing).toEqual([]);
    expect([...new Set(logs.entries.map(({ source }) => source))].sort()).toEqual(["master-1", "zookeeper-1"]);

    await writeFile(place.state("cluster.json"), "damaged");
    const { output: down } = await place.json<DownAllOutput>("down", "--all");
    expect(down.clusters).toMatchObject([{ name: "demo", backend: "vagrant" }]);
    expect(down.clusters[0]?.removed).toEqual(
      expect.arrayContaining(["machine mesos-master", "machine mesos-agent", "machine mesos-agent-2"]),
    );
    expect(await machinesInDocker()).toEqual([]);
    expect(place.leftovers()).toEqual([]);
    // What `vagrant global-status` tells.
    const home = process.env["VAGRANT_HOME"] ?? join(homedir(), ".vagrant.d");
    expect(await readFile(join(home, "data/machine-index/index"), "utf8")).not.toContain(place.folder);
  }, 900_000);

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
