import { describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { leaderDetector } from "../../src/client/leader.ts";
import type { LeaderDetector } from "../../src/client/leader-detector.ts";
import { SchedulerStream } from "../../src/client/scheduler-stream.ts";
import type { SchedulerStreamOptions, SubscriptionState } from "../../src/client/scheduler-stream.ts";
import { encodeRecord } from "../../src/mesos/recordio.ts";
import { FakeClock, impatientClock } from "./fake-clock.ts";
import { ScriptedMaster, status, subscribed } from "./scripted-master.ts";

const frameworkInfo = { user: "root", name: "test", roles: ["*"] };

/** A stream to the scripted master, with everything that a test looks at. */
async function subscription(over: Partial<SchedulerStreamOptions> = {}) {
  const master = await ScriptedMaster.start();
  const http = new HttpClient();
  const states: SubscriptionState[] = [];
  const stream = new SchedulerStream({
    leader: leaderDetector(master.url, { http }),
    http,
    frameworkInfo,
    clock: impatientClock,
    random: () => 1,
    onState: (state) => states.push(state),
    ...over,
  });
  const events = stream.events();
  const next = async () => (await events.next()).value ?? undefined;
  return {
    master,
    stream,
    states,
    next,
    async [Symbol.asyncDispose]() {
      stream.close();
      await events.return(undefined);
      await http.close();
      await master[Symbol.asyncDispose]();
    },
  };
}

describe("a scheduler's stream", () => {
  it("subscribes, passes events on and swallows heartbeats", async () => {
    await using test = await subscription();
    const first = test.next();
    const stream = await test.master.stream();
    stream.send(subscribed("f1"), { type: "HEARTBEAT" }, { type: "RESCIND", rescind: { offer_id: { value: "o1" } } });
    expect(await first).toMatchObject({ type: "SUBSCRIBED" });
    expect(await test.next()).toEqual({ type: "RESCIND", rescind: { offer_id: { value: "o1" } } });
    expect(stream.call).toEqual({ type: "SUBSCRIBE", subscribe: { framework_info: frameworkInfo } });
    expect(test.stream.frameworkId).toBe("f1");
    expect(test.states.map(({ name }) => name)).toEqual(["detecting", "subscribing", "subscribed"]);
  });

  it("sends calls with the stream's ID and the framework's", async () => {
    await using test = await subscription();
    const first = test.next();
    (await test.master.stream()).send(subscribed("f1"));
    await first;
    await test.stream.call({ type: "SUPPRESS" });
    const [, received] = test.master.received;
    expect(received?.body).toEqual({ framework_id: { value: "f1" }, type: "SUPPRESS" });
    expect(received?.headers["mesos-stream-id"]).toBe("stream-1");
  });

  it("takes no calls before it is subscribed", async () => {
    await using test = await subscription();
    await expect(test.stream.call({ type: "REVIVE" })).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
  });

  it("subscribes again under the same ID when the connection breaks", async () => {
    await using test = await subscription();
    const first = test.next();
    const stream = await test.master.stream();
    stream.send(subscribed("f1"));
    await first;
    const second = test.next();
    stream.break();
    const again = await test.master.stream();
    again.send(subscribed("f1"));
    expect(await second).toMatchObject({ type: "SUBSCRIBED" });
    expect(again.call).toMatchObject({
      framework_id: { value: "f1" },
      subscribe: { framework_info: { id: { value: "f1" } } },
    });
    await test.stream.call({ type: "REVIVE" });
    expect(test.master.received.at(-1)?.headers["mesos-stream-id"]).toBe("stream-2");
  });

  it("waits with growing patience while the master has not recovered", async () => {
    const clock = new FakeClock();
    await using test = await subscription({ clock });
    for (let i = 0; i < 3; i++) test.master.onSubscribe(status(503, "Master has not finished recovery"));
    const first = test.next();
    for (const waitMs of [40, 80, 160]) {
      await clock.asleepFor(waitMs);
      clock.advance(waitMs);
    }
    (await test.master.stream()).send(subscribed("f1"));
    await first;
    const reasons = test.states.flatMap((state) => (state.name === "disconnected" ? [state.reason] : []));
    expect(reasons).toHaveLength(3);
    expect(reasons[0]).toContain("Master has not finished recovery");
  });

  it.each([
    ["with a scheme", (url: string) => `${url}/master/api/v1/scheduler`],
    ["without a scheme", (url: string) => `${url.replace("http:", "")}/master/api/v1/scheduler`],
  ])("follows a master that redirects %s", async (_form, location) => {
    await using leader = await ScriptedMaster.start();
    leader.on("/master/api/v1/scheduler", (response) => {
      response.writeHead(200, { "Mesos-Stream-Id": "of-the-leader" });
      response.write(encodeRecord(JSON.stringify(subscribed("f1"))));
    });
    await using test = await subscription();
    test.master.onSubscribe(status(307, "", { Location: location(leader.url) }));
    expect(await test.next()).toMatchObject({ type: "SUBSCRIBED" });
    await test.stream.call({ type: "REVIVE" });
    expect(test.stream.state).toMatchObject({ name: "subscribed", master: leader.url });
    expect(leader.received.at(-1)?.headers["mesos-stream-id"]).toBe("of-the-leader");
  });

  it("takes three intervals without a heartbeat for the master's death", async () => {
    const clock = new FakeClock();
    await using test = await subscription({ clock });
    const first = test.next();
    (await test.master.stream()).send(subscribed("f1", 2));
    await first;
    const second = test.next();
    await clock.asleepFor(6000);
    clock.advance(6000);
    await clock.asleepFor(40);
    clock.advance(40);
    (await test.master.stream()).send(subscribed("f1", 2));
    expect(await second).toMatchObject({ type: "SUBSCRIBED" });
    expect(test.states.find(({ name }) => name === "disconnected")).toMatchObject({
      reason: expect.stringContaining("silent for 6 s") as string,
    });
  });

  it("does not take its reader's slowness for the master's silence", async () => {
    const clock = new FakeClock();
    await using test = await subscription({ clock });
    const first = test.next();
    const stream = await test.master.stream();
    stream.send(subscribed("f1", 1));
    await first;
    clock.advance(60_000);
    stream.send({ type: "RESCIND", rescind: { offer_id: { value: "o1" } } });
    expect(await test.next()).toMatchObject({ type: "RESCIND" });
  });

  it("moves on as soon as another master is known to lead", async () => {
    const http = new HttpClient();
    await using other = await ScriptedMaster.start();
    await using old = await ScriptedMaster.start();
    const leaders = [old.url, other.url];
    let announce = () => {};
    const leader: LeaderDetector = {
      find: () => Promise.resolve(leaders[0]!),
      changed: () => new Promise((resolve) => (announce = resolve)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    await using test = await subscription({ leader, http });
    const first = test.next();
    (await old.stream()).send(subscribed("f1"));
    await first;
    const second = test.next();
    leaders.shift();
    announce();
    (await other.stream()).send(subscribed("f1"));
    expect(await second).toMatchObject({ type: "SUBSCRIBED" });
    await http.close();
  });

  it("does not wait any longer once another master leads, and starts afresh with it", async () => {
    const clock = new FakeClock();
    const master = await ScriptedMaster.start();
    const announcements: (() => void)[] = [];
    const leader: LeaderDetector = {
      find: () => Promise.resolve(master.url),
      changed: () => new Promise((resolve) => announcements.push(resolve)),
      [Symbol.asyncDispose]: () => master[Symbol.asyncDispose](),
    };
    for (let i = 0; i < 4; i++) master.onSubscribe(status(503, "Master has not finished recovery"));
    await using test = await subscription({ clock, leader });
    const first = test.next();
    for (const waitMs of [40, 80]) {
      await clock.asleepFor(waitMs);
      clock.advance(waitMs);
    }
    await clock.asleepFor(160);
    announcements.at(-1)?.();
    await clock.asleepFor(40);
    clock.advance(40);
    (await master.stream()).send(subscribed("f1"));
    expect(await first).toMatchObject({ type: "SUBSCRIBED" });
    await master[Symbol.asyncDispose]();
  });

  it("subscribes again when a call is told that the subscription is gone", async () => {
    await using test = await subscription();
    const first = test.next();
    (await test.master.stream()).send(subscribed("f1"));
    await first;
    const second = test.next();
    test.master.on("/api/v1/scheduler", status(403, "Framework is not subscribed"));
    const call = test.stream.call({ type: "REVIVE" });
    await expect(call).rejects.toMatchObject({ code: "FRAMEWORK_NOT_SUBSCRIBED", subscriptionLost: true });
    test.master.on("/api/v1/scheduler", (response) => {
      response.writeHead(200, { "Mesos-Stream-Id": "x" });
      response.write(encodeRecord(JSON.stringify(subscribed("f1"))));
    });
    expect(await second).toMatchObject({ type: "SUBSCRIBED" });
  });

  it("ends with the master's words when the framework is refused", async () => {
    await using test = await subscription({ frameworkId: "f1" });
    const first = test.next();
    (await test.master.stream()).send({ type: "ERROR", error: { message: "Framework has been removed" } });
    await expect(first).rejects.toMatchObject({
      code: "FRAMEWORK_REFUSED",
      message: "The master refuses the framework: Framework has been removed.",
    });
    expect(test.stream.state).toEqual({ name: "closed" });
  });

  it("ends when a call to subscribe is refused for good", async () => {
    await using test = await subscription();
    test.master.onSubscribe(status(401, "Unauthorized"));
    await expect(test.next()).rejects.toMatchObject({ code: "UNAUTHENTICATED", retryable: false });
  });

  it("subscribes again when the stream turns out not to be RecordIO", async () => {
    await using test = await subscription();
    test.master.onSubscribe((response) => response.writeHead(200, { "Mesos-Stream-Id": "x" }).end("<html>"));
    const first = test.next();
    (await test.master.stream()).send(subscribed("f1"));
    expect(await first).toMatchObject({ type: "SUBSCRIBED" });
  });

  it("ends quietly when it is closed, and with the reason when it is aborted", async () => {
    await using closed = await subscription();
    const first = closed.next();
    await closed.master.stream();
    closed.stream.close();
    expect(await first).toBeUndefined();

    const abort = new AbortController();
    await using aborted = await subscription({ signal: abort.signal });
    const other = aborted.next();
    await aborted.master.stream();
    abort.abort(new Error("Ctrl-C"));
    await expect(other).rejects.toThrow("Ctrl-C");
  });

  it("passes nothing on once it is closed, be it there already", async () => {
    await using test = await subscription();
    const first = test.next();
    const rescind = { type: "RESCIND", rescind: { offer_id: { value: "o1" } } } as const;
    (await test.master.stream()).send(subscribed("f1"), rescind);
    expect(await first).toMatchObject({ type: "SUBSCRIBED" });
    test.stream.close();
    expect(await test.next()).toBeUndefined();
  });
});
