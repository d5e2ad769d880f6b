import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createScheduler } from "../../../src/index.ts";
import type { Scheduler } from "../../../src/index.ts";
import { ScriptedMaster } from "../../client/scripted-master.ts";
import type { EventStream } from "../../client/scripted-master.ts";
import { offer } from "../offers.ts";

let master: ScriptedMaster;
let scheduler: Scheduler;
beforeEach(async () => {
  master = await ScriptedMaster.start();
  scheduler = createScheduler({ master: master.url, name: "mine", roles: ["batch"], user: "nobody" });
});
afterEach(async () => {
  await scheduler[Symbol.asyncDispose]();
  await master[Symbol.asyncDispose]();
});

async function subscribed(): Promise<EventStream> {
  const stream = await master.stream();
  stream.send({ type: "SUBSCRIBED", subscribed: { framework_id: { value: "f1" } } });
  return stream;
}

const status = { task_id: { value: "t1" }, agent_id: { value: "a1" }, state: "TASK_RUNNING" as const };

describe("a scheduler of one's own", () => {
  it("subscribes as it was told, and hands events to their handlers", async () => {
    const heard: unknown[] = [];
    const running = scheduler.run({
      subscribed: (id) => void heard.push(id),
      offers: async ([one]) => {
        heard.push(one?.id.value);
        await scheduler.launch(one!, [{ name: "t", task_id: { value: "t1" }, agent_id: one!.agent_id }]);
      },
      update: ({ state }) => void heard.push(state),
      rescind: (id) => void heard.push(id),
      message: ({ data }) => void heard.push(data.toString()),
      failure: (failure) => {
        heard.push(failure);
        scheduler.close();
      },
    });
    const stream = await subscribed();
    expect(stream.call).toMatchObject({
      type: "SUBSCRIBE",
      subscribe: { framework_info: { name: "mine", roles: ["batch"], user: "nobody" } },
    });
    stream.send(
      { type: "OFFERS", offers: { offers: [offer()] } },
      { type: "UPDATE", update: { status: { ...status, uuid: "dQ==" } } },
      { type: "UPDATE", update: { status } },
      { type: "RESCIND", rescind: { offer_id: { value: "o2" } } },
      { type: "MESSAGE", message: { agent_id: { value: "a1" }, executor_id: { value: "e1" }, data: "aGk=" } },
      { type: "FAILURE", failure: { agent_id: { value: "a1" } } },
    );
    await running;
    expect(heard).toEqual(["f1", "o1", "TASK_RUNNING", "TASK_RUNNING", "o2", "hi", { agentId: "a1" }]);
    expect(master.calls()).toEqual(["SUBSCRIBE", "ACCEPT", "ACKNOWLEDGE"]);
    expect(scheduler.frameworkId).toBe("f1");
  });

  it("declines what nobody handles, and ends with what a handler throws", async () => {
    const running = scheduler.run({
      update: () => {
        throw new Error("no room");
      },
    });
    const ended = expect(running).rejects.toThrow("no room");
    const stream = await subscribed();
    stream.send(
      { type: "OFFERS", offers: { offers: [offer()] } },
      { type: "UPDATE", update: { status: { ...status, uuid: "dQ==" } } },
    );
    await ended;
    expect(master.calls()).toEqual(["SUBSCRIBE", "DECLINE"]);
  });

  it("acknowledges nothing once the framework has ended", async () => {
    const running = scheduler.run({ update: () => scheduler.teardown() });
    const stream = await subscribed();
    stream.send({ type: "UPDATE", update: { status: { ...status, uuid: "dQ==" } } });
    await running;
    expect(master.calls()).toEqual(["SUBSCRIBE", "TEARDOWN"]);
  });

  it("makes calls as Mesos wants them", async () => {
    const running = scheduler.run({
      subscribed: async () => {
        await scheduler.revive(["batch"]);
        await scheduler.suppress();
        await scheduler.kill({ taskId: "t1", agentId: "a1" }, 2000);
        await scheduler.reconcile([{ taskId: "t1" }]);
        await scheduler.shutdown("e1", "a1");
        await scheduler.message("e1", "a1", Buffer.from("hi"));
        await scheduler.updateFramework({ user: "nobody", name: "mine" }, { suppressedRoles: ["batch"] });
        await scheduler.teardown();
      },
    });
    await subscribed();
    await running;
    const framework_id = { value: "f1" };
    expect(master.received.slice(1).map(({ body }) => body)).toEqual(
      [
        { type: "REVIVE", revive: { roles: ["batch"] } },
        { type: "SUPPRESS" },
        {
          type: "KILL",
          kill: {
            task_id: { value: "t1" },
            agent_id: { value: "a1" },
            kill_policy: { grace_period: { nanoseconds: 2e9 } },
          },
        },
        { type: "RECONCILE", reconcile: { tasks: [{ task_id: { value: "t1" } }] } },
        { type: "SHUTDOWN", shutdown: { executor_id: { value: "e1" }, agent_id: { value: "a1" } } },
        { type: "MESSAGE", message: { executor_id: { value: "e1" }, agent_id: { value: "a1" }, data: "aGk=" } },
        {
          type: "UPDATE_FRAMEWORK",
          update_framework: { framework_info: { user: "nobody", name: "mine" }, suppressed_roles: ["batch"] },
        },
        { type: "TEARDOWN" },
      ].map((call) => ({ framework_id, ...call })),
    );
  });

  it("is shown in the documentation as the example that runs", async () => {
    const example = await readFile(new URL("../../../examples/framework.ts", import.meta.url), "utf8");
    const document = await readFile(new URL("../../../docs/your-framework.md", import.meta.url), "utf8");
    expect(document).toContain("```ts\n" + example.replace('"../src/index.ts"', '"mesos-up"') + "```");
  });
});
