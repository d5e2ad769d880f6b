import { describe, expect, it } from "vitest";
import type { TaskState, TaskStatus } from "../../src/mesos/types.ts";
import type { AppEvent } from "../../src/scheduler/app-event.ts";
import { MemoryFrameworkStore } from "../../src/scheduler/store/framework-store.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";
import { runApp, runApps } from "../../src/scheduler/run-app.ts";
import type { Changes } from "../../src/scheduler/core/inputs.ts";
import type { RunAppOptions } from "../../src/scheduler/run-app.ts";
import type { RunningApp } from "../../src/scheduler/running-app.ts";
import { FakeClock } from "../client/fake-clock.ts";
import { json, ScriptedMaster, status as answer, subscribed } from "../client/scripted-master.ts";
import type { EventStream } from "../client/scripted-master.ts";
import { offer } from "./offers.ts";

const app = parseAppObject({ name: "web", image: "mesos-up/nginx:local", ports: [80], verify: {} });

/** A launch on a scripted master, driven by the test. */
async function launch(over: Partial<RunAppOptions> = {}) {
  const master = await ScriptedMaster.start();
  const clock = new FakeClock();
  const events: AppEvent[] = [];
  const started = runApp({
    master: master.url,
    app,
    user: "root",
    clock,
    random: () => 0,
    onEvent: (event) => events.push(event),
    ...over,
  });
  started.catch(() => undefined);
  let running: RunningApp | undefined;
  void started.then(
    (handle) => (running = handle),
    () => undefined,
  );
  return {
    master,
    clock,
    events,
    started,
    async [Symbol.asyncDispose]() {
      await running?.detach();
      await master[Symbol.asyncDispose]();
    },
  };
}

let updates = 0;
function update(taskId: string, state: TaskState, over: Partial<TaskStatus> = {}) {
  const status: TaskStatus = {
    task_id: { value: taskId },
    agent_id: { value: "a1" },
    state,
    uuid: `uuid-${++updates}`,
    ...over,
  };
  return { type: "UPDATE" as const, update: { status } };
}

/** Takes the subscription as far as a launched task; gives its ID. */
async function untilLaunched(master: ScriptedMaster): Promise<{ stream: EventStream; taskId: string }> {
  const stream = await master.stream();
  stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [offer()] } });
  const { accept } = await master.call("ACCEPT");
  return { stream, taskId: accept.operations[0]!.launch!.task_infos![0]!.task_id.value };
}

const container = { container_status: { container_id: { value: "c1" } } };

/** The task that is launched on the nth offer, which is made now. */
async function launched({ master }: Awaited<ReturnType<typeof launch>>, stream: EventStream, nth: number) {
  stream.send({ type: "OFFERS", offers: { offers: [offer({ id: `o${nth}` })] } });
  const { accept } = await master.call("ACCEPT", nth);
  return accept.operations[0]!.launch!.task_infos![0]!.task_id.value;
}

describe("several apps on a cluster", () => {
  it("share a framework that is named after them, and what ends one handle ends all", async () => {
    await using master = await ScriptedMaster.start();
    const apps = ["web", "db"].map((name) => parseAppObject({ name, command: "c", mem: 32 }));
    const started = runApps({ master: master.url, apps, user: "root", clock: new FakeClock() });
    const { stream } = await untilLaunchedBoth(master);
    for (const taskId of stream.taskIds) stream.events.send(update(taskId, "TASK_RUNNING", container));
    const [web, db] = await started;
    expect([web!.app.name, db!.app.name]).toEqual(["web", "db"]);
    expect(web!.running.frameworkId).toBe(db!.running.frameworkId);
    expect((await master.call("SUBSCRIBE")).subscribe.framework_info.name).toBe("mesos-up web db");
    await Promise.all([web!.teardown(), master.call("TEARDOWN")]);
    await db!.detach();
  });
});

/** Offers until both apps have a task. */
async function untilLaunchedBoth(master: ScriptedMaster) {
  const events = await master.stream();
  events.send(subscribed("f1"));
  const taskIds: string[] = [];
  for (let n = 1; taskIds.length < 2; n++) {
    events.send({ type: "OFFERS", offers: { offers: [offer({ id: `o${n}` })] } });
    const { accept } = await master.call("ACCEPT", n);
    taskIds.push(...accept.operations[0]!.launch!.task_infos!.map(({ task_id: id }) => id.value));
  }
  return { stream: { events, taskIds } };
}

describe("an app on a cluster", () => {
  it("is launched on an offer that fits; the rest is declined for long, and offers are suppressed", async () => {
    await using test = await launch();
    const stream = await test.master.stream();
    const narrow = offer({ id: "o1", agent: "a1", ports: [] });
    const fitting = offer({ id: "o2", agent: "a2" });
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [narrow, fitting] } });
    const { accept } = await test.master.call("ACCEPT");
    const task = accept.operations[0]!.launch!.task_infos![0]!;
    expect(accept.offer_ids).toEqual([{ value: "o2" }]);
    expect(accept.filters?.refuse_seconds).toBeGreaterThan(86_400);
    expect(task.agent_id.value).toBe("a2");
    expect((await test.master.call("DECLINE")).decline).toMatchObject({
      offer_ids: [{ value: "o1" }],
      filters: { refuse_seconds: accept.filters?.refuse_seconds },
    });
    await test.master.call("SUPPRESS");
    const taskId = task.task_id.value;
    stream.send(update(taskId, "TASK_STARTING"), update(taskId, "TASK_RUNNING", container));
    const { running } = await test.started;
    expect(running).toMatchObject({
      taskId,
      frameworkId: "f1",
      frameworkName: "mesos-up web",
      master: test.master.url,
      agent: "a2:5051",
      agentUrl: "http://127.0.0.1:5051",
      address: "127.0.0.1",
      hostPorts: [9000],
      containerId: "c1",
      offerId: "o2",
    });
  });

  it("subscribes as a framework that outlives its scheduler, and knows of partitions", async () => {
    await using test = await launch({ frameworkStore: new MemoryFrameworkStore() });
    const { framework_info: info } = (await test.master.call("SUBSCRIBE")).subscribe;
    expect(info).toMatchObject({ user: "root", name: "mesos-up web", roles: ["*"], checkpoint: true });
    expect(info.failover_timeout).toBeGreaterThan(86_400);
    expect(info.capabilities).toContainEqual({ type: "PARTITION_AWARE" });
    (await test.master.stream()).send({ type: "ERROR", error: { message: "enough" } });
  });

  it("has every update acknowledged, those of other tasks too", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    const sent = [update("other", "TASK_LOST"), update(taskId, "TASK_STARTING"), update(taskId, "TASK_RUNNING")];
    const unnumbered = update(taskId, "TASK_RUNNING");
    delete unnumbered.update.status.uuid;
    stream.send(...sent, unnumbered);
    await test.started;
    await test.master.call("ACKNOWLEDGE", 3);
    const acknowledged = test.master.received.flatMap(
      ({ body }) => (body as { acknowledge?: object }).acknowledge ?? [],
    );
    expect(acknowledged).toHaveLength(3);
    expect(acknowledged).toEqual(
      expect.arrayContaining(
        sent.map(({ update: { status: sentStatus } }) => ({
          agent_id: { value: "a1" },
          task_id: sentStatus.task_id,
          uuid: sentStatus.uuid,
        })),
      ),
    );
  });

  it("that fits nowhere is asked again soon, and given up with all reasons after a while", async () => {
    const picky = parseAppObject({ name: "web", command: "true", constraints: [["rack", "EQUALS", "c3po"]] });
    await using test = await launch({ app: picky, noMatchAfterMs: 7000 });
    const stream = await test.master.stream();
    stream.send(subscribed("f1"), {
      type: "OFFERS",
      offers: { offers: [offer({ agent: "a1" }), offer({ agent: "a2", attributes: {} })] },
    });
    expect((await test.master.call("DECLINE")).decline.filters).toEqual({ refuse_seconds: 45 });
    await test.clock.asleepFor(7000);
    test.clock.advance(7000);
    await expect(test.started).rejects.toMatchObject({
      code: "NO_MATCHING_OFFER",
      message:
        "No offer fits the app web:\n  agent a1:5051: rack is r2d2, wanted c3po\n  agent a2:5051: no attribute rack, wanted c3po",
    });
    expect(test.master.calls()).toContain("TEARDOWN");
  });

  it("that is offered nothing says so", async () => {
    await using test = await launch({ noMatchAfterMs: 7000 });
    (await test.master.stream()).send(subscribed("f1"));
    await test.clock.asleepFor(7000);
    test.clock.advance(7000);
    await expect(test.started).rejects.toMatchObject({
      message: "No agent offered anything for the app web in role *.",
    });
  });

  it("that fails is told with the last lines of its stderr", async () => {
    await using agent = await ScriptedMaster.start();
    const here = offer();
    here.url!.address.port = Number(new URL(agent.url).port);
    await using test = await launch();
    const stream = await test.master.stream();
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [here] } });
    const { accept } = await test.master.call("ACCEPT");
    const taskId = accept.operations[0]!.launch!.task_infos![0]!.task_id.value;
    const executor = { id: taskId, source: taskId, directory: "/box", container: "c", tasks: [], completed_tasks: [] };
    agent.on(
      "/state",
      json({ frameworks: [{ id: "f1", executors: [], completed_executors: [executor] }], completed_frameworks: [] }),
    );
    agent.on("/files/read?path=%2Fbox%2Fstderr&offset=-1", json({ data: "", offset: 12 }));
    agent.on("/files/read?path=%2Fbox%2Fstderr&offset=0&length=12", json({ data: "out\nof luck\n", offset: 0 }));
    stream.send(
      update(taskId, "TASK_FAILED", {
        source: "SOURCE_EXECUTOR",
        reason: "REASON_COMMAND_EXECUTOR_FAILED",
        message: "Command exited with status 3",
      }),
    );
    await expect(test.started).rejects.toMatchObject({
      code: "TASK_FAILED",
      message: `The task ${taskId} ended as TASK_FAILED (REASON_COMMAND_EXECUTOR_FAILED: Command exited with status 3).`,
      state: "TASK_FAILED",
      stderrTail: "out\nof luck",
    });
    expect(test.master.calls().at(-1)).toBe("TEARDOWN");
  });

  it("that ends well before it was seen to run is no failure", async () => {
    await using test = await launch({ app: parseAppObject({ name: "batch", command: "true" }) });
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_FINISHED"));
    expect((await (await test.started).ended()).state).toBe("TASK_FINISHED");
  });

  it("is launched anew when its offer was gone", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_DROPPED", { reason: "REASON_INVALID_OFFERS" }));
    await test.master.call("REVIVE");
    stream.send({ type: "OFFERS", offers: { offers: [offer({ id: "o2" })] } });
    const second = (await test.master.call("ACCEPT", 2)).accept.operations[0]!.launch!.task_infos![0]!.task_id.value;
    expect(second).not.toBe(taskId);
    stream.send(update(second, "TASK_RUNNING"));
    expect((await test.started).running.taskId).toBe(second);
  });

  it("is given up when launching is in vain again and again", async () => {
    await using test = await launch();
    const stream = await test.master.stream();
    stream.send(subscribed("f1"));
    for (let nth = 1; nth <= 4; nth++) {
      const taskId = await launched(test, stream, nth);
      stream.send(update(taskId, "TASK_DROPPED", { message: "Offer o is no longer valid" }));
    }
    await expect(test.started).rejects.toMatchObject({
      code: "LAUNCHED_IN_VAIN",
      message: expect.stringContaining(
        "4 times in vain; the last time: TASK_DROPPED, Offer o is no longer valid",
      ) as string,
    });
  });

  it("is given up with what to do where it is the agent that cannot launch it", async () => {
    const app = parseAppObject({ name: "web", command: "true", restart: { policy: "always", backoff: "0secs" } });
    await using test = await launch({ app, keepRunning: true });
    const stream = await test.master.stream();
    stream.send(subscribed("f1"));
    for (let nth = 1; nth <= 4; nth++) {
      const taskId = await launched(test, stream, nth);
      const message = "Failed to launch container: Failed to fetch all URIs for container 'c': exited with status 1";
      const reason = "REASON_CONTAINER_LAUNCH_FAILED";
      stream.send(update(taskId, "TASK_FAILED", { source: "SOURCE_AGENT", reason, message }));
    }
    await expect(test.started).rejects.toMatchObject({
      code: "LAUNCHED_IN_VAIN",
      hint: expect.stringContaining("`mesos-up tasklogs web --stderr`") as string,
    });
  });

  it("that does not run in time is told with what it was last", async () => {
    await using test = await launch({ timeoutMs: 30_000 });
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_STARTING"));
    await test.master.call("ACKNOWLEDGE");
    test.clock.advance(30_000);
    await expect(test.started).rejects.toMatchObject({
      code: "LAUNCH_TIMEOUT",
      step: "launch",
      message: `The task ${taskId} on a1:5051 did not run within 30 s: it is starting, the last word was TASK_STARTING.`,
    });
  });

  it("on a cluster without a leader is told what it was waiting for", async () => {
    await using test = await launch({ timeoutMs: 60_000 });
    test.master.on("/api/v1/scheduler", answer(503, "No leader elected"));
    await test.clock.asleepFor(20);
    test.clock.advance(60_000);
    await expect(test.started).rejects.toMatchObject({
      code: "LAUNCH_TIMEOUT",
      message: expect.stringContaining("No leader elected") as string,
    });
  });

  it("is taken back when the launch is aborted", async () => {
    const abort = new AbortController();
    await using test = await launch({ signal: abort.signal });
    await untilLaunched(test.master);
    abort.abort(new Error("Ctrl-C"));
    await expect(test.started).rejects.toThrow("Ctrl-C");
    expect(test.master.calls().at(-1)).toBe("TEARDOWN");
  });

  it("is killed, and its end is waited for", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const running = await test.started;
    const killed = running.kill();
    const { kill } = await test.master.call("KILL");
    expect(kill).toEqual({ task_id: { value: taskId }, agent_id: { value: "a1" } });
    stream.send(update(taskId, "TASK_KILLING"), update(taskId, "TASK_KILLED"));
    expect((await killed).state).toBe("TASK_KILLED");
    expect(test.master.calls().filter((call) => call === "ACKNOWLEDGE")).toHaveLength(3);
  });

  it("that does not end in time says so", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const killed = (await test.started).kill({ timeoutMs: 7000 });
    await test.master.call("KILL");
    test.clock.advance(7000);
    await expect(killed).rejects.toMatchObject({ code: "KILL_TIMEOUT" });
  });

  it("is reconciled, and offers stay suppressed, when the subscription had to be renewed", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const running = await test.started;
    stream.break();
    await test.clock.asleepFor(20);
    test.clock.advance(20);
    const again = await test.master.stream();
    again.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [offer({ id: "o9" })] } });
    const { reconcile } = await test.master.call("RECONCILE");
    expect(reconcile.tasks).toEqual([{ task_id: { value: taskId }, agent_id: { value: "a1" } }]);
    await test.master.call("SUPPRESS", 2);
    expect((await test.master.call("DECLINE")).decline.offer_ids).toEqual([{ value: "o9" }]);
    again.send(update(taskId, "TASK_UNREACHABLE"), update(taskId, "TASK_RUNNING"), update(taskId, "TASK_FAILED"));
    expect((await running.ended()).state).toBe("TASK_FAILED");
  });

  it("is torn down with its framework, once", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const running = await test.started;
    await running.teardown();
    await running.teardown();
    expect(test.master.calls().filter((call) => call === "TEARDOWN")).toHaveLength(1);
  });

  it("does not subscribe anew while it is still written down that its framework is gone", async () => {
    const store = new SlowStore();
    await using test = await launch({ frameworkStore: store });
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const running = await test.started;
    stream.break();
    await test.clock.asleepFor(20);
    test.clock.advance(20);
    const again = await test.master.stream();
    const torn = running.teardown();
    await store.written();
    const release = store.hold();
    again.send({ type: "ERROR", error: { message: "Framework has been removed" } });
    await store.written();
    // Long enough for a SUBSCRIBE to arrive.
    for (let trip = 0; trip < 5; trip++) await fetch(test.master.url);
    release();
    await torn;
    expect(test.master.calls().filter((call) => call === "SUBSCRIBE")).toHaveLength(2);
  });
});

/** Tells of writes, and takes as long for them as the test says. */
class SlowStore extends MemoryFrameworkStore {
  #held: Promise<void> = Promise.resolve();
  #begun = (): void => undefined;

  /** The beginning of the next write. */
  written(): Promise<void> {
    return new Promise((resolve) => (this.#begun = resolve));
  }

  /** Until what it returns is called, nothing is written. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => (release = resolve));
    return () => release();
  }

  override async write(changes: Changes): Promise<void> {
    this.#begun();
    await this.#held;
    await super.write(changes);
  }
}

describe("the verification of an app", () => {
  /** Has the app run on the one host port that is offered. */
  async function runOnPort(master: ScriptedMaster, port: number): Promise<void> {
    const stream = await master.stream();
    const ports = [{ begin: port, end: port }];
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [offer({ ports })] } });
    const { accept } = await master.call("ACCEPT");
    stream.send(update(accept.operations[0]!.launch!.task_infos![0]!.task_id.value, "TASK_RUNNING"));
  }

  it("asks at the host port that the task was given", async () => {
    await using web = await ScriptedMaster.start();
    web.on("/", answer(200, "Welcome to nginx", { Server: "nginx" }));
    await using test = await launch();
    await runOnPort(test.master, Number(new URL(web.url).port));
    const running = await test.started;
    expect(await running.verify()).toMatchObject({ url: `${web.url}/`, status: 200, server: "nginx", attempts: 1 });
  });

  it("ends as soon as the task does", async () => {
    await using test = await launch();
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    const running = await test.started;
    const verified = running.verify();
    stream.send(update(taskId, "TASK_FAILED", { message: "Container exited with status 1" }));
    await expect(verified).rejects.toMatchObject({ code: "TASK_FAILED", state: "TASK_FAILED" });
  });

  it("tells what it saw when its time is cut short", async () => {
    await using web = await ScriptedMaster.start();
    const abort = new AbortController();
    web.on("/", () => abort.abort());
    await using test = await launch();
    await runOnPort(test.master, Number(new URL(web.url).port));
    const verified = (await test.started).verify({ signal: abort.signal });
    await expect(verified).rejects.toMatchObject({ code: "HTTP_CHECK_FAILED", evidence: { url: `${web.url}/` } });
  });

  it("needs a port", async () => {
    await using test = await launch({ app: parseAppObject({ name: "batch", command: "true" }) });
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    await expect((await test.started).verify()).rejects.toMatchObject({ code: "NOTHING_TO_VERIFY" });
  });
});

describe("a scheduler that was there before", () => {
  /** A store as an earlier run has left it, with a task that runs. */
  async function earlierRun() {
    const store = new MemoryFrameworkStore();
    await using test = await launch({ frameworkStore: store });
    const { stream, taskId } = await untilLaunched(test.master);
    stream.send(update(taskId, "TASK_RUNNING"));
    await (await test.started).detach();
    expect(test.master.calls()).not.toContain("TEARDOWN");
    return { store, taskId };
  }

  it("has stored the framework and the task before the launch was on its way", async () => {
    const store = new MemoryFrameworkStore();
    const log: string[] = [];
    const write = store.write.bind(store);
    store.write = (changes) => {
      log.push(...Object.keys(changes));
      return write(changes);
    };
    await using test = await launch({ frameworkStore: store, onEvent: (event) => log.push(event.type) });
    const { stream, taskId } = await untilLaunched(test.master);
    const stored = ["app/web", "instance/web.1", "framework", "instance/web.1", "launched"];
    expect(log.filter((entry) => entry.includes("/") || stored.includes(entry))).toEqual(stored);
    stream.send(update(taskId, "TASK_RUNNING"));
    await test.started;
  });

  it("finds its task again, and launches no second one", async () => {
    const { store, taskId } = await earlierRun();
    await using test = await launch({ frameworkStore: store });
    const stream = await test.master.stream();
    expect(stream.call).toMatchObject({ framework_id: { value: "f1" } });
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers: [offer()] } });
    const { reconcile } = await test.master.call("RECONCILE");
    expect(reconcile.tasks[0]!.task_id.value).toBe(taskId);
    await test.master.call("DECLINE");
    stream.send(update(taskId, "TASK_UNKNOWN"), update(taskId, "TASK_RUNNING", container));
    const { running } = await test.started;
    expect(running).toMatchObject({ taskId, containerId: "c1", hostPorts: [9000] });
    expect(running.acceptedAtMs).toBeUndefined();
    expect(test.master.calls()).not.toContain("ACCEPT");
  });

  it("launches anew when nobody has its task any more", async () => {
    const { store, taskId } = await earlierRun();
    await using test = await launch({ frameworkStore: store });
    const stream = await test.master.stream();
    stream.send(subscribed("f1"));
    await test.master.call("RECONCILE");
    stream.send(update(taskId, "TASK_GONE"), { type: "OFFERS", offers: { offers: [offer()] } });
    const { accept } = await test.master.call("ACCEPT");
    stream.send(update(accept.operations[0]!.launch!.task_infos![0]!.task_id.value, "TASK_RUNNING"));
    expect((await test.started).running.taskId).not.toBe(taskId);
  });

  it("starts from scratch when the master has given its framework up", async () => {
    const { store } = await earlierRun();
    await using test = await launch({ frameworkStore: store });
    const refused = await test.master.stream();
    refused.send({ type: "ERROR", error: { message: "Framework has been removed" } });
    const stream = await test.master.stream();
    expect(stream.call.framework_id).toBeUndefined();
    stream.send(subscribed("f2"), { type: "OFFERS", offers: { offers: [offer()] } });
    const { accept } = await test.master.call("ACCEPT");
    stream.send(update(accept.operations[0]!.launch!.task_infos![0]!.task_id.value, "TASK_RUNNING"));
    expect((await test.started).running.frameworkId).toBe("f2");
  });

  it("brings an end to its end that it was asked for, and starts from scratch then", async () => {
    const { store } = await earlierRun();
    await store.write({ framework: { id: "f1", stopping: true } });
    await using test = await launch({ frameworkStore: store });
    const earlier = await test.master.stream();
    expect(earlier.call).toMatchObject({ framework_id: { value: "f1" } });
    earlier.send(subscribed("f1"));
    await test.master.call("TEARDOWN");
    const stream = await test.master.stream();
    expect(stream.call.framework_id).toBeUndefined();
    stream.send(subscribed("f2"), { type: "OFFERS", offers: { offers: [offer()] } });
    const { accept } = await test.master.call("ACCEPT");
    stream.send(update(accept.operations[0]!.launch!.task_infos![0]!.task_id.value, "TASK_RUNNING"));
    expect((await test.started).running.frameworkId).toBe("f2");
  });

  it("leaves its task alone when it is only interrupted", async () => {
    const { store } = await earlierRun();
    const abort = new AbortController();
    await using test = await launch({ frameworkStore: store, signal: abort.signal });
    (await test.master.stream()).send(subscribed("f1"));
    await test.master.call("RECONCILE");
    abort.abort(new Error("Ctrl-C"));
    await expect(test.started).rejects.toThrow("Ctrl-C");
    expect(test.master.calls()).not.toContain("TEARDOWN");
    expect((await store.load())?.["framework"]).toMatchObject({ id: "f1" });
  });
});
