// Schedulers that are left behind, on a real cluster of three ZooKeeper servers, masters and agents. They are killed, and
// so are agents, masters and ZooKeeper, while an app of five instances over three racks must stay whole.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ControlClient } from "../../src/scheduler/control/client.ts";
import type { AppView } from "../../src/scheduler/core/view.ts";
import type { Failure, StatusOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { processesOf, Workplace } from "./support/workplace.ts";

const KILLS = 50;

/** On a machine that has much else to do. */
const LIMIT = { timeout: 600_000 };

let place: Workplace;
/** Another machine, as it were. */
let other: Workplace;
beforeAll(async () => {
  [place, other] = await Promise.all([Workplace.create(), Workplace.create()]);
  await place.write("cluster.yaml", cluster);
  for (const one of [place, other]) await one.write("web.yaml", app);
  const { exitCode, stderr } = await up("--containers", "runc");
  expect(exitCode, stderr).toBe(0);
});
afterAll(async () => {
  for (const one of [other, place]) await one.remove();
});

/** Brings back whatever part of the cluster is not there. */
const up = (...options: string[]) => place.run("up", "--cluster", "cluster.yaml", ...options);

const cluster = `
zookeeper: { servers: 3 }
agents:
  - { name: a1, attributes: "rack:r1", flags: &patient { executor_reregistration_timeout: 15secs } }
  - { name: a2, attributes: "rack:r2", flags: *patient }
  - { name: a3, attributes: "rack:r3", flags: *patient }
masters:
  count: 3
  flags: { agent_ping_timeout: 1secs, max_agent_ping_timeouts: "3", zk_session_timeout: 4secs }
`;

const app = `
name: web
image: mesos-up/nginx:local
instances: 5
ports: [80]
constraints: [[rack, GROUP_BY]]
unreachable: { replace_after: 1secs }
verify: {}
`;

const tasks = ({ instances }: AppView) => instances.map(({ taskId }) => taskId);
const racks = ({ instances }: AppView) => instances.map(({ attributes }) => attributes["rack"]).sort();

it("an app stays whole while its scheduler is killed again and again, and its agent too", LIMIT, async () => {
  const { exitCode, stderr } = await place.run("run", "web.yaml", "--detach", "--metrics", "0");
  expect(exitCode, stderr).toBe(0);
  const client = new ControlClient(place.state("frameworks", "web.sock"));
  const before = await client.app("web");
  expect(new Set(racks(before)).size).toBe(3);

  let pid = (await client.status()).pid;
  for (let kill = 0; kill < KILLS; kill++) {
    process.kill(pid, "SIGKILL");
    pid = await nextProcess(client, pid, moments[kill % moments.length] ?? "answers");
  }
  expect(tasks(await wholeAtOneOf([client]))).toEqual(tasks(before));

  const lost = (await place.pids())["a1"]!;
  process.kill(lost, "SIGKILL");
  const without = await until("the agent's tasks are replaced", async () => {
    const view = await client.app("web");
    return view.running === 5 && !racks(view).includes("r1") && view;
  });
  expect((await up()).exitCode).toBe(0);
  await untilRunning(tasks(without));
  expect((await place.run("verify", "web")).exitCode).toBe(0);
  const { metrics = "" } = await client.status();
  expect(await (await fetch(metrics)).text()).toContain('mesos_up_scheduler_instances{app="web",state="running"} 5');
  const { entries } = (await place.json<{ entries: object[] }>("logs", "scheduler")).output;
  const line = expect.stringContaining("→ running") as string;
  expect(entries).toContainEqual(expect.objectContaining({ level: "I", lines: [line] }));
  expect((await place.run("stop-app", "web")).exitCode).toBe(0);
});

it(
  "an app stays whole while ZooKeeper stops, its master is killed, and its scheduler with another one standing by",
  LIMIT,
  async () => {
    const before = await place.pids();
    const zookeepers = (await status()).nodes.filter(({ name }) => name.startsWith("zookeeper"));
    const servers = zookeepers.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const store = `zk://${servers}/schedulers`;
    const { exitCode, stderr } = await place.run("run", "web.yaml", "--detach", "--store", store);
    expect(exitCode, stderr).toBe(0);
    const elsewhere = ["--master", `zk://${servers}/mesos`];
    const stands = await other.json("run", "web.yaml", "--detach", "--store", store, ...elsewhere);
    expect(stands.output, stands.stderr).toMatchObject({ ok: true, standby: true });
    const clients = [place.state("frameworks", "web.sock"), standbySocket()].map((socket) => new ControlClient(socket));
    const launched = tasks(await wholeAtOneOf(clients));
    const refused = await other.json<Failure>("scale", "web", "6", ...elsewhere);
    expect(refused.output.error.code).toBe("SCHEDULER_STANDS_BY");
    expect((await other.run("ps", ...elsewhere)).stdout).toMatch(/stands by: the scheduler on .* leads\n.*5 of 5 run/);

    for (const { name } of zookeepers) process.kill(before[name]!, "SIGSTOP");
    // What a session lasts twice over: masters and schedulers have lost theirs.
    await sleep(20_000);
    for (const { name } of zookeepers) process.kill(before[name]!, "SIGCONT");
    expect(tasks(await wholeAtOneOf(clients))).toEqual(launched);
    await untilRunning(launched);

    // The master that led has ended itself, as Mesos's do.
    expect((await up()).exitCode).toBe(0);
    const { port } = new URL(await until("a master leads", async () => (await leading(clients))?.master));
    const master = (await status()).nodes.find((node) => node.port === Number(port))!;
    process.kill(master.pid!, "SIGKILL");
    const next = await until("the scheduler is at another master", async () => {
      const view = await leading(clients);
      return view !== undefined && new URL(view.master).port !== port && view;
    });
    await untilRunning(launched);

    // With whatever would start it again, as when its machine goes.
    const machine = next.client === clients[0] ? place : other;
    for (const line of processesOf(machine.folder))
      if (line.includes("scheduler-supervisor") || line.includes("scheduler-process"))
        process.kill(Number.parseInt(line), "SIGKILL");
    const survivor = clients.find((client) => client !== next.client)!;
    expect(tasks(await wholeAtOneOf([survivor]))).toEqual(launched);
    await untilRunning(launched);
    expect((await survivor.status()).framework.id).toBe(next.frameworkId);

    // An app of a role that nobody spoke of when the framework was subscribed.
    await survivor.run({ name: "late", command: "sleep 1000", role: "late", cpus: 0.1, mem: 32 });
    await until("an app that came later runs", async () => (await survivor.app("late")).running === 1);
    await survivor.stop();
    expect((await place.run("down")).exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  },
);

async function status(): Promise<StatusOutput> {
  return (await place.json<StatusOutput>("status")).output;
}

/** Waits until exactly these tasks run, as the leading master has it. */
async function untilRunning(expected: (string | undefined)[]): Promise<void> {
  await until(`${expected.join()} run, and no others`, async () => {
    const frameworks = (await status()).leader?.frameworks ?? [];
    const running = frameworks.flatMap((one) => one.tasks).filter(({ state }) => state === "TASK_RUNNING");
    return (
      running
        .map(({ id }) => id)
        .sort()
        .join() === [...expected].sort().join()
    );
  });
}

/** The socket of the scheduler that is left behind in the other folder, as its record says. */
function standbySocket(): string {
  const files = readdirSync(other.path(".mesos-up"), { recursive: true, encoding: "utf8" });
  const record = files.find((file) => file.endsWith("web.scheduler.json")) ?? "";
  return (JSON.parse(readFileSync(other.path(".mesos-up", record), "utf8")) as { socket: string }).socket;
}

/** Where the scheduler that leads is subscribed, and which of these it is. */
async function leading(clients: ControlClient[]) {
  for (const client of clients) {
    const view = await client.status().catch(() => undefined);
    if (view?.subscription !== "subscribed") continue;
    return { client, frameworkId: view.framework.id, master: view.framework.master, apps: view.apps };
  }
  return undefined;
}

function wholeAtOneOf(clients: ControlClient[]): Promise<AppView> {
  return until("the app is whole", async () => {
    const view = await leading(clients);
    return view?.apps.find(({ name, running }) => name === "web" && running === 5);
  });
}

/** When a scheduler's process is killed: as soon as it is there, answers, or is subscribed. */
const moments = ["starts", "answers", "is subscribed"] as const;

async function nextProcess(client: ControlClient, before: number, moment: (typeof moments)[number]): Promise<number> {
  return await until(`another scheduler ${moment}`, async () => {
    if (moment === "starts") {
      const started = processesOf(place.folder).filter((line) => line.includes("scheduler-process"));
      return started.map((line) => Number(line.split(" ")[0])).find((pid) => pid !== before);
    }
    const view = await client.status().catch(() => undefined);
    const reached = moment === "answers" || view?.subscription === "subscribed";
    return view !== undefined && view.pid !== before && reached ? view.pid : undefined;
  });
}
