// The catalogue of faults of apps that were left running, and of what looks after them: one after the other on one cluster.
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runcContainers } from "../../src/backends/local/leftovers/runc-containers.ts";
import { processIds, commandLineWords } from "../../src/backends/state/process-identity.ts";
import type { Answer, SchedulerView } from "../../src/doctor/facts.ts";
import type { Repair } from "../../src/doctor/fix.ts";
import { ControlClient } from "../../src/scheduler/control/client.ts";
import { isAlive } from "../e2e/support/signals.ts";
import { until } from "../e2e/support/until.ts";
import { Workplace } from "../e2e/support/workplace.ts";
import { play, tasksOf, untilWell, type Fault } from "./fault.ts";
import { TestedCluster } from "./own-cluster.ts";
import { printTable, type Row } from "./table.ts";

const rows: Row[] = [];

let place: Workplace;
let cluster: TestedCluster;
let client: ControlClient;
beforeAll(async () => {
  place = await Workplace.create();
  expect(await place.run("up", "--containers", "runc")).toMatchObject({ exitCode: 0 });
  cluster = await TestedCluster.of(place);
  expect(await place.run("run", "nginx", "--detach")).toMatchObject({ exitCode: 0 });
  client = new ControlClient(place.state("frameworks", "nginx.sock"));
  await untilWell(cluster.own);
});
afterAll(async () => {
  printTable("Faults of apps", rows);
  await place.remove();
});

async function plays(fault: Fault): Promise<void> {
  rows.push(await play(fault, cluster.own));
}

/** Takes an app that runs beside nginx, under the same scheduler, away again. */
async function forget(app: string): Promise<void> {
  await client.killApp(app);
  await until(`${app} is gone`, async () => (await client.status()).apps.every(({ name }) => name !== app));
}

/** The scheduler's process, and the one that would start it anew. */
function schedulerProcesses(): number[] {
  const file = place.state("frameworks", "nginx.scheduler.json");
  return processIds().filter((pid) => commandLineWords(pid).includes(file));
}

describe("a scheduler", () => {
  it("was killed, and what would have started it anew", async () => {
    await plays({
      name: "scheduler killed with its supervisor",
      id: "TK005",
      subject: "nginx",
      inject: async () => {
        const pids = schedulerProcesses().sort((a, b) => a - b);
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await until("they have ended", () => !pids.some(isAlive));
      },
      cure: "fix",
      fix: async () => (await place.json<{ repairs: Repair[] }>("doctor", "--fix")).output.repairs,
    });
  });

  it("hangs, while the executor of its task is killed", async () => {
    await plays({
      name: "executor killed, scheduler stopped (SIGSTOP)",
      id: "TK005",
      subject: "nginx",
      inject: () => {
        for (const pid of schedulerProcesses()) process.kill(pid, "SIGSTOP");
        killContainers();
      },
      hand: () => {
        for (const pid of schedulerProcesses()) process.kill(pid, "SIGCONT");
      },
      cure: "by hand",
      loses: 1,
    });
  });
});

/** Ends the first process of every container of the cluster. */
function killContainers(): void {
  for (const { init } of runcContainers(cluster.folder)) if (init !== undefined) process.kill(init.pid, "SIGKILL");
}

describe("what a scheduler mends by itself leaves nothing to be found", () => {
  /** Resolves when another task has taken the place of the only one. */
  async function mendsItself(name: string, inject: () => Promise<void> | void): Promise<void> {
    const before = await tasksOf(cluster.own);
    const begunMs = performance.now();
    await inject();
    await until("another task runs", async () => {
      const now = await tasksOf(cluster.own);
      return now.length === 1 && now[0] !== before[0];
    });
    await untilWell(cluster.own);
    const seconds = (performance.now() - begunMs) / 1_000;
    rows.push({ fault: name, named: undefined, seconds, repaired: "by its scheduler", lost: 1 });
  }

  it("an executor was killed", () => mendsItself("executor killed", killContainers));
});

describe("an app", () => {
  it("matches no agent", async () => {
    await plays({
      name: "app that cannot match",
      id: "TK008",
      subject: "mars",
      says: /0 of 1 run/,
      inject: () => client.run({ name: "mars", command: "sleep 1000", constraints: [["rack", "LIKE", "mars"]] }),
      hand: () => forget("mars"),
      cure: "by hand",
    });
  });

  it("has no image any more, as it is shown", async () => {
    await plays({
      name: "image missing (simulated)",
      id: "TK006",
      subject: "nginx",
      inject: () => undefined,
      shown: (target) => ({
        ...target,
        schedulers: async (options) =>
          (await target.schedulers(options)).map(({ app, view }) => ({ app, view: withoutImages(view) })),
      }),
      cure: "by hand",
    });
  });

  it("fails again and again", async () => {
    const restart = {
      policy: "always",
      backoff: "10ms",
      max_backoff: "1secs",
      give_up: { failures: 4, within: "10mins" },
    };
    await plays({
      name: "task in a crash loop",
      id: "TK007",
      subject: "crash",
      inject: () => client.run({ name: "crash", command: "exit 1", cpus: 0.1, mem: 32, restart }),
      hand: () => forget("crash"),
      cure: "by hand",
    });
  });

  it("is answered for by the wrong server", async () => {
    let answer = "wrong";
    let server: Server | undefined;
    const spec = { command: "sleep 1000", cpus: 0.1, mem: 32, ports: [80], verify: { body_contains: "right" } };
    await plays({
      name: "HTTP check answered by the wrong server",
      id: "TK009",
      subject: "web.1",
      inject: async () => {
        await client.run({ name: "web", ...spec });
        const { hostPorts } = await until("it runs", async () => {
          const { instances } = await client.app("web");
          return instances.find(({ state }) => state === "running");
        });
        server = createServer((_, response) => response.end(answer)).listen(hostPorts[0], "127.0.0.1");
      },
      hand: async () => {
        answer = "right";
        await untilWell(cluster.own);
        await forget("web");
        server?.closeAllConnections();
        server?.close();
      },
      cure: "by hand",
    });
  });
});

function withoutImages(view: Answer<SchedulerView>): Answer<SchedulerView> {
  if (view.kind !== "answered") return view;
  const apps = view.value.apps.map((app) => ({
    ...app,
    ...(app.image !== undefined && { image: { ...app.image, isThere: false } }),
  }));
  return { ...view, value: { ...view.value, apps } };
}
