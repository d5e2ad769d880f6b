// What somebody in trouble runs, on one cluster: events while an app comes and goes, logs, an export with an agent dead, down --all.
import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extract } from "tar";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningCli } from "./support/cli.ts";
import type { StatusOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

const SECRET = "hunter2-planted";

interface LogsOutput {
  entries: { source: string; level?: string; lines: string[] }[];
}

interface ExportOutput {
  file: string;
  contents: { file: string }[];
  missing: { file: string; what: string; why: string }[];
}

let place: Workplace;
let events: RunningCli | undefined;

beforeAll(async () => {
  place = await Workplace.create({ env: { APP_TOKEN: SECRET } });
  expect(await place.run("up", "--name", "one", "--containers", "runc")).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  events?.killHard();
  await place.remove();
});

it("events tell of an app that comes and goes, and Ctrl-C is their ordinary end", async () => {
  await place.write(
    "app.yaml",
    `name: web\ncommand: "echo has $APP_TOKEN; exec sleep 1000"\nenv: { DB_PASSWORD: ${SECRET} }\nsecrets: { APP_TOKEN: APP_TOKEN }\n`,
  );
  const running = (events = place.launch("events", "--name", "one"));
  await until("events come", () => running.stdout.includes("leads, with 1 agent"));
  expect(await place.run("run", "app.yaml", "--detach", "--name", "one")).toMatchObject({ exitCode: 0 });
  await until("the task's log has the secret", async () => {
    const { output } = await place.json<LogsOutput>("logs", "task", "--name", "one");
    return output.entries.some(({ lines }) => lines.includes(`has ${SECRET}`));
  });
  expect(await place.run("stop-app", "web", "--name", "one")).toMatchObject({ exitCode: 0 });
  await until("the framework is gone", () => /framework .*web.* is removed/.test(running.stdout));
  running.pressCtrlC();
  const { exitCode, stdout } = await running.end();
  expect(exitCode).toBe(0);
  for (const words of [/has subscribed/, /is launched on agent/, /TASK_RUNNING/, /TASK_KILLED/])
    expect(stdout).toMatch(words);
  expect(stdout.trimEnd().split("\n")).toSatisfy((lines: string[]) =>
    lines.every((line) => /^\d\d:\d\d:\d\d\.\d{3} /.test(line)),
  );
});

it("logs are merged, and chosen by their level", async () => {
  const { output } = await place.json<LogsOutput>("logs", "--lines", "1000", "--name", "one");
  const sources = new Set(output.entries.map(({ source }) => source));
  expect([...sources]).toEqual(expect.arrayContaining(["zookeeper-1", "master-1", "agent-1"]));
  const { output: serious } = await place.json<LogsOutput>("logs", "--level", "W", "--name", "one");
  expect(serious.entries.every(({ level }) => level !== undefined && level !== "I")).toBe(true);
});

it("export has all that can be had while an agent is dead, and no secret", async () => {
  const { "agent-1": pid = 0 } = await place.pids("--name", "one");
  process.kill(pid, "SIGKILL");
  await until("the agent is dead", async () => {
    const { output } = await place.json<StatusOutput>("status", "--name", "one");
    return output.nodes.some(({ name, state }) => name === "agent-1" && state === "dead");
  });
  const { exitCode, output } = await place.json<ExportOutput>("export", "bundle.tar.gz", "--name", "one");
  expect(exitCode).toBe(0);
  expect(output.missing.map(({ what }) => what)).toContain("/state of agent agent-1");
  await extract({ file: output.file, cwd: place.folder });
  const root = (await readdir(place.folder)).find((name) => name.startsWith("mesos-up-one-")) ?? "";
  const { contents } = JSON.parse(await place.read(root, "MANIFEST.json")) as ExportOutput;
  const files = contents.map(({ file }) => file);
  expect(files).toEqual(
    expect.arrayContaining([
      "plan.json",
      "doctor.json",
      "doctor.txt",
      "masters/master-1/state.json",
      "logs/agent-1.log",
    ]),
  );
  for (const file of files) expect(await readFile(place.path(root, file), "utf8"), file).not.toContain(SECRET);
  // By its address alone, with nothing that is written down here.
  const { zookeeper } = JSON.parse(await place.read(root, "plan.json")) as { zookeeper: { url: string } };
  const foreign = await place.json<ExportOutput>("export", "foreign.tar.gz", "--master", zookeeper.url);
  expect(foreign.exitCode).toBe(0);
  expect(foreign.output.contents.map(({ file }) => file)).toContainEqual(
    expect.stringMatching(/^masters\/.*\/state\.json$/),
  );
});

it("export and logs have what can still be had while the record is damaged", async () => {
  const file = place.path(".mesos-up", "one", "cluster.json");
  const whole = await readFile(file, "utf8");
  writeFileSync(file, whole.slice(0, 300));
  const { exitCode, output } = await place.json<ExportOutput>("export", "damaged.tar.gz", "--name", "one");
  expect(exitCode).toBe(0);
  expect(output.missing).toContainEqual(
    expect.objectContaining({ file: "plan.json", why: expect.stringContaining("not JSON") as string }),
  );
  expect(output.contents.map(({ file: name }) => name)).toEqual(
    expect.arrayContaining(["cluster.json.txt", "doctor.json", "masters/master-1/state.json", "logs/zookeeper-1.log"]),
  );
  const { output: logs } = await place.json<LogsOutput>("logs", "master-1", "--name", "one");
  expect(logs.entries.length).toBeGreaterThan(0);
  writeFileSync(file, whole);
});

it("down --all takes everything, also beside a damaged folder", async () => {
  mkdirSync(place.path(".mesos-up", "two"));
  writeFileSync(place.path(".mesos-up", "two", "cluster.json"), "{ damaged");
  expect(await place.run("down", "--all")).toMatchObject({ exitCode: 0 });
  expect(place.leftovers()).toEqual([]);
});
