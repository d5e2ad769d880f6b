import { beforeEach, describe, expect, it } from "vitest";
import { ZooKeeperFrameworkStore, readStored } from "../../../src/scheduler/store/zookeeper-store.ts";
import { FakeTenure, FakeZooKeeper } from "./fake-zookeeper.ts";

let server: FakeZooKeeper;
beforeEach(() => {
  server = new FakeZooKeeper();
});

const PATH = "/mesos-up/web";
const storeOf = (tenure = new FakeTenure(server)) => new ZooKeeperFrameworkStore(tenure, PATH);
const stored = () => readStored(new FakeTenure(server), PATH);

async function loaded(): Promise<ZooKeeperFrameworkStore> {
  const store = storeOf();
  await store.load();
  return store;
}

describe("a framework store in ZooKeeper", () => {
  it("gives back what was written, to another scheduler too", async () => {
    const first = storeOf();
    expect(await first.load()).toBeUndefined();
    await first.write({ framework: { id: "f1" }, "app/a": { name: "a" } });
    await first.write({ "app/a": undefined, "instance/b.1": { id: "b.1", text: "é" } });
    const all = { framework: { id: "f1" }, "instance/b.1": { id: "b.1", text: "é" } };
    expect(await stored()).toEqual(all);
    const second = storeOf();
    expect(await second.load()).toEqual(all);
    await second.write({ "app/c": { name: "c" } });
    expect(await stored()).toEqual({ ...all, "app/c": { name: "c" } });
    // What the first has left is gone with it.
    expect(server.childrenOf(`${PATH}/journal`)).toHaveLength(1);
  });

  it("writes no more once another scheduler has loaded", async () => {
    const first = await loaded();
    await first.write({ a: 1 });
    const second = await loaded();
    await expect(first.write({ a: 2 })).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
    await expect(first.clear()).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
    await second.write({ b: 1 });
    await expect(first.write({ a: 3 })).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
    expect(await stored()).toEqual({ a: 1, b: 1 });
  });

  it("writes no more once its session is over", async () => {
    const tenure = new FakeTenure(server);
    const store = storeOf(tenure);
    await store.load();
    tenure.end();
    await expect(store.write({ a: 1 })).rejects.toMatchObject({ code: "ZOOKEEPER_SESSION_OVER" });
    expect(await stored()).toBeUndefined();
  });

  it.each(["before", "after"] as const)("writes once what the connection broke %s", async (breaks) => {
    const store = await loaded();
    for (let n = 0; n < 4; n++) {
      server.breaks = breaks;
      await store.write({ [`k${n}`]: n });
    }
    expect(await stored()).toEqual({ k0: 0, k1: 1, k2: 2, k3: 3 });
    server.breaks = breaks;
    await store.clear();
    expect(await stored()).toBeUndefined();
  });

  it("does not take another's claim on what it has forgotten for its own forgetting", async () => {
    const store = await loaded();
    await store.write({ a: 1 });
    await store.clear();
    server.breaks = "before";
    server.onBreak = () => server.set(`${PATH}/head`, server.nodes.get(`${PATH}/head`)?.data ?? Buffer.alloc(0));
    await expect(store.clear()).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
  });

  it("that is loaded anew does not bring back what another has removed meanwhile", async () => {
    const first = await loaded();
    await first.write({ a: 1, b: 1 });
    const second = await loaded();
    await second.write({ a: undefined });
    expect(await first.load()).toEqual({ b: 1 });
    await first.write({ c: 1 });
    expect(await stored()).toEqual({ b: 1, c: 1 });
  });

  it("takes a write of another for one, be it made while its own connection broke", async () => {
    const first = await loaded();
    await first.write({ a: 1 });
    const second = await loaded();
    await second.write({ b: 1 });
    server.breaks = "after";
    await expect(first.write({ a: 2 })).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
    expect(await stored()).toEqual({ a: 1, b: 1 });
  });

  it("keeps what is larger than a node may be, all or nothing", async () => {
    const store = await loaded();
    const large = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, String(i % 10).repeat(100_000)]));
    await store.write({ small: 1 });
    await store.write(large);
    expect(server.largest).toBeLessThan(700_000);
    expect(await stored()).toEqual({ small: 1, ...large });
    // Parts of a write that was never finished are nobody's.
    server.set(`${PATH}/journal/0000-0000000007`, Buffer.from("{"));
    expect(await (await loaded()).load()).toEqual({ small: 1, ...large });
  });

  it("does not grow for ever", async () => {
    const store = await loaded();
    const value = "x".repeat(10_000);
    for (let n = 0; n < 60; n++) await store.write({ a: `${value}${n}` });
    expect(server.childrenOf(`${PATH}/journal`).length).toBeLessThan(30);
    expect(await stored()).toEqual({ a: `${value}59` });
  });

  it("forgets", async () => {
    const store = await loaded();
    await store.write({ a: 1 });
    await store.clear();
    expect(await stored()).toBeUndefined();
    expect(server.childrenOf(`${PATH}/journal`)).toEqual([]);
    expect(await storeOf().load()).toBeUndefined();
  });

  it("that is damaged says so", async () => {
    const store = await loaded();
    await store.write({ a: 1 });
    const [part = ""] = server.childrenOf(`${PATH}/journal`);
    server.set(`${PATH}/journal/${part}`, Buffer.from("{\n"));
    await expect(stored()).rejects.toMatchObject({ code: "FRAMEWORK_STORE_UNUSABLE" });
    server.remove(`${PATH}/journal/${part}`);
    await expect(storeOf().load()).rejects.toThrow("parts of it are missing");
  });
});
