// A scheduler that is left behind, on a real cluster: it is killed again and again, and an agent with it, while an app of
// five instances over three racks must stay whole.
import { afterEach, beforeEach, expect, it } from "vitest";
import { ControlClient } from "../../src/scheduler/control/client.ts";
import type { AppView } from "../../src/scheduler/core/view.ts";
import type { StatusOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { processesOf, Workplace } from "./support/workplace.ts";

const KILLS = 50;

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const cluster = `
agents:
  - { name: a1, attributes: "rack:r1" }
  - { name: a2, attributes: "rack:r2" }
  - { name: a3, attributes: "rack:r3" }
masters:
  flags: { agent_ping_timeout: 1secs, max_agent_ping_timeouts: "3" }
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

it("an app stays whole while its scheduler is killed again and again, and its agent too", async () => {
  await place.write("cluster.yaml", cluster);
  await place.write("web.yaml", app);
  await place.run("up", "--cluster", "cluster.yaml", "--containers", "runc");
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
  expect(tasks(await whole(client))).toEqual(tasks(before));

  const lost = (await place.pids())["a1"]!;
  process.kill(lost, "SIGKILL");
  const without = await until("the agent's tasks are replaced", async () => {
    const view = await client.app("web");
    return view.running === 5 && !racks(view).includes("r1") && view;
  });
  expect((await place.run("up", "--cluster", "cluster.yaml")).exitCode).toBe(0);
  const { output } = await until("what came back is ended as surplus", async () => {
    const status = await place.json<StatusOutput>("status");
    const running = status.output.leader?.frameworks[0]?.tasks.filter(({ state }) => state === "TASK_RUNNING");
    return running?.length === 5 && status;
  });
  const running = output.leader!.frameworks[0]!.tasks.map(({ id }) => id);
  expect(running.sort()).toEqual(tasks(without).sort());
  expect((await place.run("verify", "web")).exitCode).toBe(0);
  const { metrics = "" } = await client.status();
  expect(await (await fetch(metrics)).text()).toContain('mesos_up_scheduler_instances{app="web",state="running"} 5');
  const { entries } = (await place.json<{ entries: object[] }>("logs", "scheduler")).output;
  const line = expect.stringContaining("→ running") as string;
  expect(entries).toContainEqual(expect.objectContaining({ level: "I", lines: [line] }));
  expect((await place.run("down")).exitCode).toBe(0);
  expect(place.leftovers()).toEqual([]);
});

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

function whole(client: ControlClient): Promise<AppView> {
  return until("the app is whole", async () => {
    const { subscription, apps } = (await client.status().catch(() => undefined)) ?? {};
    return subscription === "subscribed" ? apps?.find(({ running }) => running === 5) : undefined;
  });
}
