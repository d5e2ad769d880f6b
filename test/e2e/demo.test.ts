// The main job from outside, as a user runs it: real ZooKeeper, real nginx, under runc and under Docker.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerAnswers } from "./support/docker.ts";
import { Workplace } from "./support/workplace.ts";

const runtimes = ["runc", ...(dockerAnswers ? ["docker"] : [])];

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.run("down");
  await place.remove();
});

describe.each(runtimes)("the demo with containers by %s", (runtime) => {
  it("launches nginx on an accepted offer, sees it answer, and leaves nothing", async () => {
    const { exitCode, report } = await place.demo("--containers", runtime);
    expect(report).toMatchObject({
      ok: true,
      kept: false,
      cluster: {
        zookeeper: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string },
        agents: [{ name: "agent-1", attributes: { rack: "r2d2", pod: "demo,dev" }, active: true }],
      },
      framework: { id: expect.stringMatching(/^[0-9a-f-]{36}-\d{4}$/) as string },
      task: { runtime, image: "mesos-up/nginx:local", containerId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
      check: { status: 200, server: expect.stringMatching(/^nginx\//) as string },
    });
    expect(report.task?.imageDetail).toMatch(/^nginx \d+\.\d+/);
    expect(report.check?.url).toBe(`http://127.0.0.1:${report.task?.hostPorts[0]}/`);
    expect(report.steps.filter((step) => step.outcome === "failed")).toEqual([]);
    expect(exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  });

  it("serves a site of one's own, byte by byte", async () => {
    const site = join(place.folder, "my site");
    await mkdir(join(site, "deep"), { recursive: true });
    await writeFile(join(site, "index.html"), "<h1>grüße</h1>\n");
    await writeFile(join(site, "deep", "page.txt"), "below\n");
    const { exitCode, report } = await place.demo("--containers", runtime, "--site", site, "--keep");
    expect(report.check).toMatchObject({ status: 200, siteMatches: true, firstBytes: "<h1>grüße</h1>\n" });
    expect(await (await fetch(`${report.check!.url}deep/page.txt`)).text()).toBe("below\n");
    expect(exitCode).toBe(0);

    // What was kept has the old page, and must not be taken for the new one's.
    await writeFile(join(site, "index.html"), "<h1>newer</h1>\n");
    const again = await place.demo("--containers", runtime, "--site", site);
    expect(again.report.check).toMatchObject({ siteMatches: true, firstBytes: "<h1>newer</h1>\n" });
    expect(again.report.task?.id).not.toBe(report.task?.id);
    expect(again.report.steps).toContainEqual(expect.objectContaining({ id: "end-kept", outcome: "done" }));
    expect(again.exitCode).toBe(0);
  });

  it("is left running by --keep until down", async () => {
    const file = await place.ownPorts("32000-32009");
    const kept = await place.run("demo", "--containers", runtime, "--cluster", file, "--keep");
    expect(kept.exitCode).toBe(0);
    expect(kept.stdout).toContain("npx mesos-up down");
    const url = /http:\/\/127\.0\.0\.1:\d+\/(?= {2}nginx)/.exec(kept.stdout)?.[0];
    expect((await fetch(url!)).status).toBe(200);
    const down = await place.run("down");
    expect(down.exitCode).toBe(0);
    await expect(fetch(url!)).rejects.toThrow();
    expect(place.leftovers()).toEqual([]);
  });
});

describe("the demo's output", () => {
  it("keeps stdout for the result and stderr for progress", async () => {
    const { stdout, stderr } = await place.run("demo", "--containers", "runc");
    expect(stderr).toMatch(/✓ ZooKeeper answers/);
    expect(stdout).not.toContain("✓");
    for (const part of [
      "ZooKeeper",
      "leading master",
      "rack r2d2, pod demo,dev",
      "framework",
      "container",
      "first bytes",
    ])
      expect(stdout).toContain(part);
  });

  it("is written as JSON, JUnit XML and Markdown, with the logs of all components beside it", async () => {
    const { exitCode } = await place.run(
      ...["demo", "--containers", "runc", "--report", "out/r.json", "--report", "out/r.xml", "--report", "out/r.md"],
      ...["--logs", "out/logs"],
    );
    const read = (name: string) => readFile(join(place.folder, "out", name), "utf8");
    expect(JSON.parse(await read("r.json"))).toMatchObject({ ok: true });
    expect(await read("r.xml")).toContain('failures="0"');
    expect(await read("r.md")).toContain("nginx answered from a Mesos container");
    for (const node of ["zookeeper-1", "master-1", "agent-1"]) {
      const { stdout } = execaSync("find", [join(place.folder, "out/logs", node), "-type", "f", "-size", "+0"]);
      expect(stdout).not.toBe("");
    }
    expect(exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  });

  it("keeps the logs of a bring-up that failed and was taken back", async () => {
    const flags = "agents: [{ flags: { executor_registration_timeout: soon } }]\n";
    await writeFile(join(place.folder, "cluster.yaml"), flags);
    const { exitCode } = await place.run("demo", "--containers", "runc", "--cluster", "cluster.yaml", "--logs", "logs");
    expect(exitCode).toBe(1);
    const { stdout } = execaSync("grep", ["-rl", "executor_registration_timeout", join(place.folder, "logs/agent-1")]);
    expect(stdout).not.toBe("");
    expect(place.leftovers()).toEqual([]);
  });

  it("is refused before anything starts when its file has no known form", async () => {
    const { exitCode, stderr } = await place.run("demo", "--report", "r.docx");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Name a file that ends with .json, .xml (JUnit) or .md.");
    expect(stderr).not.toContain("ZooKeeper");
  });
});

describe("an app on a cluster that runs", () => {
  it("is launched, verified, and ended by Ctrl-C", async () => {
    expect((await place.run("up", "--containers", "runc")).exitCode).toBe(0);
    const running = place.start("run", "nginx");
    await new Promise<void>((resolve) => {
      let seen = "";
      running.stderr.on("data", (part: Buffer) => {
        seen += String(part);
        if (seen.includes("nginx answers over HTTP")) resolve();
      });
    });
    running.kill("SIGINT");
    expect((await running).exitCode).toBe(130);
    const status = JSON.parse((await place.run("status", "--json")).stdout) as { leader: { frameworks: unknown[] } };
    expect(status.leader.frameworks).toEqual([]);
  });

  it("goes on by itself when detached", async () => {
    await place.run("up", "--containers", "runc");
    const { stdout, stderr, exitCode } = await place.run("run", "nginx", "--detach", "--explain");
    expect(exitCode).toBe(0);
    for (const shown of ["→ SUBSCRIBE", "⇠ OFFERS", "→ ACCEPT", "TASK_RUNNING\n", "→ ACKNOWLEDGE"])
      expect(stderr).toContain(shown);
    const typed = place.start("exec", "nginx", "-i", "--json", "--", "sh", "-c", "cat; pwd >&2; exit 3");
    typed.stdin.end("typed");
    const terminal = place.run("exec", "nginx", "-t", "--", "true");
    expect(await typed).toMatchObject({ exitCode: 3 });
    expect(JSON.parse((await typed).stdout)).toMatchObject({ instance: "nginx.1", stdout: "typed", stderr: "/\n" });
    expect((await terminal).stderr).toContain("Standard input is no terminal");
    expect((await fetch(/http:\/\/[\d.:]+\//.exec(stdout)![0])).status).toBe(200);
    const again = await place.run("run", "nginx", "--detach", "--json");
    const status = JSON.parse((await place.run("status", "--json")).stdout) as {
      leader: { frameworks: { tasks: { id: string }[] }[] };
    };
    expect(status.leader.frameworks.map(({ tasks }) => tasks.length)).toEqual([1]);
    expect(JSON.parse(again.stdout)).toMatchObject({ task: { taskId: status.leader.frameworks[0]!.tasks[0]!.id } });
  });
});
