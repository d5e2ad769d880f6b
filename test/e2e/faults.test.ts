// What goes wrong from outside: each fault is told in one sentence of what happened and one of what to do, with an exit status
// that is not 0, and leaves nothing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DemoReport } from "../../src/report/report.ts";
import { DEFAULT_NGINX_IMAGE } from "../../src/scheduler/nginx-app.ts";
import type { RunningCli } from "./support/cli.ts";
import type { Failure, StatusOutput } from "./support/json.ts";
import { freeze, holdUp } from "./support/signals.ts";
import { until } from "./support/until.ts";
import { Workplace, type Finished } from "./support/workplace.ts";

const isRoot = process.getuid?.() === 0;

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

/** The fault has the code, is told in two sentences, on stderr as in JSON, and nothing is left. */
function expectFault({ exitCode, stderr, output }: Finished & { output: Failure }, code: string): Failure["error"] {
  const { error } = output;
  expect(error).toMatchObject({ code, message: expect.stringMatching(/\S/) as string });
  expect(output.ok).toBe(false);
  expect(error.hint).toMatch(/^[A-Z`].*\.$/s);
  expect(stderr).toContain(`Error: ${error.message}`);
  expect(stderr).toContain(error.hint);
  expect(stderr).not.toContain("This is a defect");
  expect(stderr).not.toMatch(/^\s+at .*\.js:\d+/m);
  expect(exitCode).toBe(1);
  return error;
}

async function fault(code: string, ...args: string[]): Promise<Failure["error"]> {
  const error = expectFault(await place.json<Failure>(...args), code);
  expect(place.leftovers()).toEqual([]);
  return error;
}

async function endsWithFault(cli: RunningCli, code: string): Promise<Failure["error"]> {
  const { exitCode, stdout, stderr } = await cli.end();
  const output = JSON.parse(stdout) as Failure;
  const error = expectFault({ exitCode: exitCode ?? undefined, stdout, stderr, output }, code);
  expect(place.leftovers()).toEqual([]);
  return error;
}

describe("a cluster file", () => {
  it.each([
    ["that is not there", "missing.yaml", /there is no such file/],
    ["that is a folder", ".", /it is a folder/],
  ])("%s is named", async (_, file, reason) => {
    for (const command of ["up", "demo", "status", "down"])
      expect((await fault("FILE_UNREADABLE", command, "--cluster", file)).message).toMatch(reason);
  });

  it("with several problems has them all named at once, each with its line", async () => {
    const lines = [
      "name: Bad Name",
      "masters:",
      "  count: 2",
      "  flags: { zk: elsewhere, no_such_flag: 1 }",
      "agents:",
      '  - resources: "cpus:many"',
      "surprise: 1",
    ];
    await place.write("bad.yaml", lines.join("\n"));
    const { issues, message } = await fault("CLUSTER_FILE_INVALID", "demo", "--cluster", "bad.yaml");
    expect(message).toBe("The cluster file bad.yaml has 6 problems.");
    expect(issues?.map(({ path, line }) => `${line} ${path}`).sort()).toEqual([
      "1 name",
      "3 masters.count",
      "4 masters.flags.no_such_flag",
      "4 masters.flags.zk",
      "6 agents[0].resources",
      "7 surprise",
    ]);
    const { stderr } = await place.run("up", "--cluster", "bad.yaml");
    for (const line of [1, 3, 4, 6, 7]) expect(stderr).toMatch(new RegExp(`^ {2}bad\\.yaml:${line}:\\d+ `, "m"));
    expect(existsSync(place.path(".mesos-up"))).toBe(false);
  });

  it.each(["{", "a: [", "- just\n- a list"])("that is no cluster at all (%j) is refused", async (text) => {
    await place.write("odd.yaml", text);
    const { issues } = await fault("CLUSTER_FILE_INVALID", "up", "--cluster", "odd.yaml");
    expect(issues?.[0]?.message).toMatch(/\S/);
  });
});

describe("an option", () => {
  it.each([
    [["up", "--bogus"], "unknown option '--bogus'"],
    [["bogus"], "unknown command 'bogus'"],
    [["up", "--timeout", "soon"], "--timeout"],
    [["up", "--backend", "moon"], "local, docker, vagrant"],
  ])("that is wrong is named: %j", async (args, said) => {
    const { exitCode, stdout, stderr } = await place.run(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(said);
    expect(stdout).toBe("");
    expect(place.leftovers()).toEqual([]);
  });

  it("gives a name that no cluster can have", async () => {
    expect((await fault("CLUSTER_NAME_INVALID", "up", "--name", "../up")).message).toContain("../up");
  });
});

describe("programs", () => {
  it("that are neither installed nor to be fetched are named, with the ways to get them", async () => {
    await place.remove();
    place = await Workplace.create({
      env: { PATH: "/nowhere", XDG_CACHE_HOME: "/nowhere", HOME: "/nowhere", MESOS_HOME: "" },
    });
    const { message, hint } = await fault("RUNTIME_MISSING", "up", "--containers", "runc");
    expect(message).toContain("ZooKeeper");
    expect(hint).toMatch(/[Ii]nstall/);
    expect((await fault("CONTAINER_RUNTIME_MISSING", "up", "--containers", "docker")).message).toContain("docker");
  });
});

describe("a port", () => {
  it("that a stranger has is refused, with the stranger's process", async () => {
    const program =
      'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
    const stranger = spawn(process.execPath, ["-e", program, "a stranger"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [first] = (await once(stranger.stdout, "data")) as [Buffer];
      const port = Number(String(first));
      await place.write("port.yaml", `masters: { port: ${port} }`);
      const { message } = await fault("PORT_TAKEN", "demo", "--cluster", "port.yaml", "--containers", "runc");
      expect(message).toContain(`Port ${port} on 127.0.0.1, wanted by master-1, is taken by PID ${stranger.pid}`);
      expect(message).toContain(process.execPath);
    } finally {
      stranger.kill();
    }
  });

  it("that another cluster has is refused, with that cluster's folder", async () => {
    const up = await place.json<{ masters: string[] }>("up", "--containers", "runc");
    const { port } = new URL(up.output.masters[0]!);
    await place.write("port.yaml", `name: second\nmasters: { port: ${port} }`);
    const error = expectFault(await place.json<Failure>("up", "--cluster", "port.yaml"), "PORT_TAKEN");
    expect(error.message).toContain(`Port ${port}`);
    expect(error.message).toContain(`the cluster in ${place.state()}`);
    expect(existsSync(place.path(".mesos-up", "second"))).toBe(false);
    expect((await place.json<StatusOutput>("status")).output.ok).toBe(true);
  });
});

describe("an image", () => {
  it.each([
    ["an archive that is not there", "./missing.tar"],
    ["a name that nobody has", "mesos-up-tests/not-to-be-had:0"],
  ])("that is not to be had ends the demo: %s", async (_, image) => {
    const { message, step } = await fault("IMAGE_UNAVAILABLE", "demo", "--containers", "runc", "--image", image);
    expect(message).toContain(image);
    expect(step).toBe("Image is at hand");
  });

  it("in a file that is no image ends the demo", async () => {
    await place.write("image.tar", "no image");
    const { message } = await fault("IMAGE_UNAVAILABLE", "demo", "--containers", "runc", "--image", "./image.tar");
    expect(message).toContain("image.tar");
  });
});

describe("an app", () => {
  // One cluster for all of them: each must leave it as it was.
  let cluster: Workplace;
  beforeAll(async () => {
    cluster = await Workplace.create();
    expect((await cluster.run("up", "--containers", "runc")).exitCode).toBe(0);
  });
  afterEach(async () => {
    const { output } = await cluster.json<StatusOutput>("status");
    expect(output).toMatchObject({ ok: true, leader: { frameworks: [] } });
  });
  afterAll(async () => {
    const { exitCode } = await cluster.run("down");
    const left = cluster.leftovers();
    await cluster.remove();
    expect(left).toEqual([]);
    expect(exitCode).toBe(0);
  });

  async function runApp(lines: string[], ...args: string[]) {
    await cluster.write("app.yaml", lines.join("\n"));
    return cluster.json<Failure>("run", "app.yaml", ...args);
  }

  const picky = [
    "name: picky",
    `image: ${DEFAULT_NGINX_IMAGE}`,
    "ports: [{ container: 80, host: 80 }]",
    "constraints: [[rack, EQUALS, c3po]]",
  ];

  it("that no agent matches is told why, agent by agent", async () => {
    const { message } = expectFault(await runApp(picky), "NO_MATCHING_OFFER");
    expect(message).toMatch(/\n {2}agent \S+: .*rack is r2d2, wanted c3po/);
    expect(message).toMatch(/port 80 not in \d+-\d+/);
  });

  it("that no agent matches is told why also when the time is up before", async () => {
    const { message, step } = expectFault(await runApp(picky, "--timeout", "5s"), "STEP_TIMEOUT");
    expect(message).toContain("5 seconds");
    expect(message).toContain("rack is r2d2, wanted c3po");
    expect(step).toBe("picky is launched on an accepted offer");
  });

  it.each([
    ["as a plain command", []],
    ["in a container", [`image: ${DEFAULT_NGINX_IMAGE}`]],
  ])("whose task fails %s is told with state, message and stderr", async (_, image) => {
    const app = ["name: failing", ...image, 'command: "echo first; echo why it failed >&2; exit 3"'];
    const { message, evidence } = expectFault(await runApp(app), "TASK_FAILED");
    expect(message).toMatch(/failing\.1\.\w+ ended as TASK_FAILED/);
    expect(message).toContain("exited with status 3");
    expect(evidence?.split("\n").at(-1)).toBe("why it failed");
  });

  it("that answers otherwise than wanted is told what came instead", async () => {
    const app = [
      "name: nope",
      `image: ${DEFAULT_NGINX_IMAGE}`,
      "ports: [80]",
      "verify: { path: /nope, timeout: 3secs }",
    ];
    const { message } = expectFault(await runApp(app), "HTTP_CHECK_FAILED");
    expect(message).toMatch(/127\.0\.0\.1:\d+\/nope .*status 404 came instead of 200.*404 Not Found/s);
  });

  it("that does not answer at all is told so", async () => {
    const app = ["name: mute", 'command: "sleep 1000"', "ports: [80]", "verify: { timeout: 1secs }"];
    expect(expectFault(await runApp(app), "HTTP_CHECK_FAILED").message).toContain("ECONNREFUSED");
  });
});

describe("a part", () => {
  it("that ends while the cluster comes up is named, with its last words", async () => {
    await place.write("agent.yaml", "agents: [{ flags: { executor_registration_timeout: soon } }]");
    const error = await fault("NODE_ENDED", "up", "--containers", "runc", "--cluster", "agent.yaml");
    expect(error.message).toMatch(/^agent-1 \(mesos-agent\) ended with exit status 1/);
    expect(error.evidence).toContain("executor_registration_timeout");
  });

  it("that is killed while the cluster comes up is named", async () => {
    const cli = place.launch("up", "--containers", "runc", "--json");
    process.kill(await holdUp(place, "master-1"), "SIGKILL");
    const error = await endsWithFault(cli, "NODE_ENDED");
    expect(error.message).toMatch(/^master-1 \(mesos-master\) ended by SIGKILL/);
  });

  it.each([
    ["zookeeper-1", "ZooKeeper answers"],
    ["agent-1", "Agents are active"],
  ])("that never gets ready is waited for no longer than --timeout: %s", async (node, step) => {
    const cli = place.launch("up", "--containers", "runc", "--json", "--timeout", "6s");
    await holdUp(place, node);
    const error = await endsWithFault(cli, "STEP_TIMEOUT");
    expect(error).toMatchObject({ step, message: expect.stringContaining("6 seconds") as string });
  });

  it("that was waited for in vain is shown with its last log lines", async () => {
    const cli = place.launch("up", "--containers", "runc", "--json", "--timeout", "10s");
    // Without ZooKeeper the master cannot lead before it has said something and is stopped.
    const zookeeper = await freeze(place, "zookeeper-1");
    const log = place.state("nodes", "master-1", "log", "master-1.log");
    await until("the master has said something", async () => existsSync(log) && (await stat(log)).size > 0);
    await freeze(place, "master-1");
    process.kill(zookeeper, "SIGCONT");
    const error = await endsWithFault(cli, "STEP_TIMEOUT");
    expect(error).toMatchObject({ step: "A master leads and accepts frameworks" });
    expect(error.evidence).toMatch(/Master .* started on/);
    expect(cli.stderr).toContain("Last log lines:");
  });
});

describe("a time limit", () => {
  it.each(["1ms", "50ms", "400ms"])("of %s names the step that it cut short", async (limit) => {
    const { output, ...finished } = await place.json<DemoReport & Failure>(
      ...["demo", "--containers", "runc", "--timeout", limit],
    );
    const error = expectFault({ ...finished, output }, "STEP_TIMEOUT");
    const failed = output.steps.filter(({ outcome }) => outcome === "failed").map(({ title }) => title);
    expect(failed).toContain(error.step);
    expect(error.message).toContain(`"${error.step}" was not done`);
    expect(place.leftovers()).toEqual([]);
  });
});

describe("the state folder", () => {
  it("that is a file is named", async () => {
    await place.write(".mesos-up", "");
    const { message } = expectFault(await place.json<Failure>("demo", "--containers", "runc"), "STATE_NOT_A_FOLDER");
    expect(message).toContain(place.path(".mesos-up"));
    expect(await place.read(".mesos-up")).toBe("");
  });

  if (!isRoot) {
    console.warn("Not root: read-only and full file systems are not tested here.");
    return;
  }

  /** A file system of the test's own, mounted where the CLI works. */
  async function onFileSystem(options: string, act: (folder: string) => Promise<void>): Promise<void> {
    execaSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", place.folder]);
    try {
      await act(place.folder);
      // Seen before the file system goes, with everything on it.
      expect(readdirSync(place.folder)).toEqual([]);
    } finally {
      execaSync("umount", ["--lazy", place.folder]);
    }
    expect(place.leftovers()).toEqual([]);
  }

  it("on a read-only file system is told", async () => {
    await onFileSystem("ro,size=1m", async () => {
      for (const command of ["up", "demo"]) {
        const result = await place.json<Failure>(command, "--containers", "runc");
        expect(expectFault(result, "STATE_READ_ONLY").message).toContain(join(place.folder, ".mesos-up"));
      }
      expect((await place.run("down")).exitCode).toBe(0);
    });
  });

  it.each(["4k", "16k", "48k"])("on a full disk of %s is told", async (size) => {
    await onFileSystem(`size=${size}`, async () => {
      const error = expectFault(await place.json<Failure>("demo", "--containers", "runc"), "STATE_FULL");
      expect(error.message).toMatch(/disk.* is full/);
      expect(error.hint).toContain("Make room");
    });
  });

  it("that is full only when the task writes is told by the task", async () => {
    await onFileSystem("size=4m", async (folder) => {
      expect((await place.run("up", "--containers", "runc")).exitCode).toBe(0);
      execaSync("sh", ["-c", `cat /dev/zero > ${join(folder, "filler")}`], { reject: false });
      const result = await place.json<Failure>("run", "nginx");
      expect(result.exitCode).toBe(1);
      expect(`${result.output.error.message} ${result.output.error.evidence ?? ""}`).toMatch(/ENOSPC|no space/i);
      execaSync("rm", [join(folder, "filler")]);
      expect((await place.run("down")).exitCode).toBe(0);
    });
  });
});
