import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SchedulerMeter } from "../../../src/scheduler/metrics/meter.ts";
import { serveMetrics } from "../../../src/scheduler/metrics/serve-metrics.ts";
import { openScheduler } from "../../../src/scheduler/open-scheduler.ts";
import type { OpenScheduler } from "../../../src/scheduler/open-scheduler.ts";
import { parseAppObject } from "../../../src/scheduler/parse-app-file.ts";
import { ScriptedMaster, subscribed } from "../../client/scripted-master.ts";
import { offer } from "../offers.ts";

describe("a scheduler that is asked for metrics", () => {
  let master: ScriptedMaster;
  let open: OpenScheduler;
  beforeEach(async () => {
    master = await ScriptedMaster.start();
    open = await openScheduler({ master: master.url, frameworkName: "test", user: "root", metrics: "0" });
  });
  afterEach(async () => {
    await open.close();
    await master[Symbol.asyncDispose]();
  });

  const metrics = async (): Promise<string> => (await fetch(open.metricsUrl ?? "")).text();
  const has = (...lines: string[]) =>
    expect.poll(async () => (await metrics()).split("\n"), { timeout: 20_000 }).toEqual(expect.arrayContaining(lines));

  it("counts offers, launches, updates, failures and instances, and how fast it answers", async () => {
    const spec = parseAppObject({ name: "web", command: "c", instances: 2, constraints: [["hostname", "UNIQUE"]] });
    await open.scheduler.command({ name: "run", spec });
    const stream = await master.stream();
    const offers = [offer({ id: "o1", agent: "a1" }), offer({ id: "o2", agent: "a2", mem: 1 })];
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers } });
    const { accept } = await master.call("ACCEPT");
    const [task] = accept.operations[0]!.launch!.task_infos!;
    stream.send({ type: "RESCIND", rescind: { offer_id: { value: "o3" } } });
    await has(
      'mesos_up_scheduler_offers_total{what="received"} 2',
      'mesos_up_scheduler_offers_total{what="accepted"} 1',
      'mesos_up_scheduler_offers_total{what="declined"} 1',
      'mesos_up_scheduler_offers_total{what="rescinded"} 1',
      'mesos_up_scheduler_launches_total{app="web"} 1',
      'mesos_up_scheduler_calls_total{type="ACCEPT"} 1',
      "mesos_up_scheduler_reaction_seconds_count 1",
      "mesos_up_scheduler_subscribed 1",
      "mesos_up_scheduler_subscriptions_total 1",
      'mesos_up_scheduler_instances{app="web",state="launching"} 1',
      'mesos_up_scheduler_instances{app="web",state="waiting"} 1',
      'mesos_up_scheduler_instances_wanted{app="web"} 2',
    );
    const failed = { state: "TASK_FAILED" as const, reason: "REASON_COMMAND_EXECUTOR_FAILED" as const };
    const status = { ...failed, task_id: task!.task_id, agent_id: { value: "a1" }, uuid: "u1" };
    // Repeated until it is acknowledged: one failure, two updates.
    stream.send({ type: "UPDATE", update: { status } }, { type: "UPDATE", update: { status } });
    await has(
      'mesos_up_scheduler_task_failures_total{app="web",state="TASK_FAILED",reason="REASON_COMMAND_EXECUTOR_FAILED"} 1',
      'mesos_up_scheduler_status_updates_total{state="TASK_FAILED"} 2',
      'mesos_up_scheduler_instances{app="web",state="backing-off"} 1',
    );
    expect(open.scheduler.acceptedAtMs(task!.task_id.value)).toBeUndefined();
    await open.scheduler.command({ name: "remove", app: "web" });
    expect(await metrics()).not.toContain("scheduler_instances{");
  });

  it("has them at /metrics alone", async () => {
    expect((await fetch((open.metricsUrl ?? "").replace("/metrics", "/"))).status).toBe(404);
    expect((await fetch(open.metricsUrl ?? "")).headers.get("content-type")).toContain("version=0.0.4");
  });
});

describe("an address for metrics", () => {
  it.each(["no", "127.0.0.1:", "65536", "a:b"])("is refused when it is none: %s", async (where) => {
    await expect(serveMetrics(where)).rejects.toMatchObject({ code: "METRICS_ADDRESS_INVALID" });
  });

  it("may name the host", async () => {
    await using served = await serveMetrics("localhost:0");
    expect(served.url).toMatch(/^http:\/\/localhost:\d+\/metrics$/);
  });

  it("that is taken is said to be", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    await expect(serveMetrics(String(port))).rejects.toMatchObject({ code: "METRICS_ADDRESS_UNUSABLE" });
    await new Promise((resolve) => other.close(resolve));
  });
});

it("a meter counts what a subscription's end means", async () => {
  const meter = new SchedulerMeter();
  meter.told({ type: "subscription", state: { name: "disconnected", reason: "gone" } as never });
  const text = await meter.registry.metrics();
  expect(text).toContain("mesos_up_scheduler_disconnects_total 1");
  expect(text).toContain("mesos_up_scheduler_subscribed 0");
});
