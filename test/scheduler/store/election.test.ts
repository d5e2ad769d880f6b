import { beforeEach, describe, expect, it, vi } from "vitest";
import { MesosUpError } from "../../../src/errors.ts";
import { Election } from "../../../src/scheduler/store/election.ts";
import type { Candidate } from "../../../src/scheduler/store/election.ts";
import { FakeZooKeeper } from "./fake-zookeeper.ts";
import type { FakeTenure } from "./fake-zookeeper.ts";

let server: FakeZooKeeper;
beforeEach(() => {
  server = new FakeZooKeeper();
});

/** A scheduler that stands for election; its sessions, the newest last. */
function candidate(pid: number, { pause = sleep, refusals = 0 } = {}) {
  const sessions: FakeTenure[] = [];
  let refused = 0;
  const begin = async () => {
    if (refused++ < refusals) throw new Error("No session can be begun.");
    const tenure = await server.begin();
    sessions.push(tenure);
    return tenure;
  };
  const address = { kind: "zookeeper" as const, connect: "zk:2181", path: "/mesos-up" };
  const clock = { nowMs: () => 0, sleep: pause };
  const election = new Election({ address, app: "web", self: { host: `h${pid}`, pid }, begin, clock });
  const told: (Candidate | undefined)[] = [];
  const signal = new AbortController();
  return { sessions, election, told, signal, lead: () => election.lead(signal.signal, (leader) => told.push(leader)) };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

/** Pauses between attempts are short, those that a change ends are endless. */
function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
    if (durationMs <= 1000) setImmediate(resolve);
  });
}

describe("an election", () => {
  it("is won by whoever came first, and then by whoever comes next", async () => {
    const [first, second, third] = [candidate(1), candidate(2), candidate(3)];
    const leads = await first.lead();
    const secondLeads = second.lead();
    await eventually(() => expect(second.told).toEqual([{ host: "h1", pid: 1 }]));
    const thirdLeads = third.lead();
    await eventually(() => expect(third.told).toEqual([{ host: "h1", pid: 1 }]));
    expect(await third.election.leader(third.signal.signal)).toEqual({ host: "h1", pid: 1 });
    await leads.store.load();
    await leads.store.write({ a: 1 });
    expect(await third.election.stored(third.signal.signal)).toEqual({ a: 1 });

    await leads.resign();
    const next = await secondLeads;
    await eventually(() => expect(third.told.at(-1)).toEqual({ host: "h2", pid: 2 }));
    expect(await next.store.load()).toEqual({ a: 1 });
    await next.resign();
    await (await thirdLeads).resign();
  });

  it("is lost with the session, before the next one leads", async () => {
    const [first, second] = [candidate(1), candidate(2)];
    const leads = await first.lead();
    await leads.store.load();
    const secondLeads = second.lead();
    await eventually(() => expect(second.told).toHaveLength(1));
    const [session] = first.sessions;
    session?.end();
    expect(leads.lost.aborted).toBe(true);
    await expect(leads.store.write({ a: 1 })).rejects.toMatchObject({ code: "ZOOKEEPER_SESSION_OVER" });
    expect(second.told).toHaveLength(1);
    server.forget(session as FakeTenure);
    const next = await secondLeads;
    expect(next.lost.aborted).toBe(false);
    await next.resign();
  });

  it("is stood for again by whoever's session ends while it waits, or whose node is removed", async () => {
    const [first, second] = [candidate(1), candidate(2)];
    const leads = await first.lead();
    const secondLeads = second.lead();
    await eventually(() => expect(second.told).toHaveLength(1));
    // ZooKeeper does not know of it yet.
    second.sessions[0]?.end();
    await eventually(() => expect(second.told).toEqual([{ host: "h1", pid: 1 }, undefined, { host: "h1", pid: 1 }]));
    expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(2);
    const own = server.childrenOf("/mesos-up/web/election").find((name) => !name.endsWith("0000000000")) ?? "";
    server.remove(`/mesos-up/web/election/${own}`);
    await eventually(() => expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(2));
    await leads.resign();
    await (await secondLeads).resign();
    expect(server.childrenOf("/mesos-up/web/election")).toEqual([]);
  });

  it("takes one session for all that is asked at once", async () => {
    const one = candidate(1);
    const { signal } = one.signal;
    const [leads, stored] = await Promise.all([one.lead(), one.election.stored(signal), one.election.leader(signal)]);
    expect(stored).toBeUndefined();
    expect(one.sessions).toHaveLength(1);
    await leads.resign();
  });

  it("begins another session where the first could not be begun", async () => {
    const one = candidate(1, { refusals: 1 });
    await expect(one.election.stored(one.signal.signal)).rejects.toThrow("No session can be begun.");
    expect(await one.election.stored(one.signal.signal)).toBeUndefined();
    await one.election.close();
  });

  it("begins no session any more once it is left", async () => {
    const one = candidate(1);
    await one.election.close();
    await expect(one.election.stored(one.signal.signal)).rejects.toMatchObject({ code: "ELECTION_LEFT" });
    await expect(one.lead()).rejects.toMatchObject({ code: "ELECTION_LEFT" });
    expect(one.sessions).toEqual([]);
  });

  it("watches with one function however often nothing has changed", async () => {
    let rounds = 0;
    const pause = (durationMs: number, signal?: AbortSignal) =>
      ++rounds <= 20 ? new Promise<void>((resolve) => setImmediate(resolve)) : sleep(durationMs, signal);
    const [first, second] = [candidate(1), candidate(2, { pause })];
    const leads = await first.lead();
    const secondLeads = second.lead();
    await eventually(() => expect(rounds).toBeGreaterThan(20));
    expect(server.watchersOf("/mesos-up/web/election")).toBe(1);
    await leads.resign();
    await (await secondLeads).resign();
  });

  it("is won also with a node whose making was never answered", async () => {
    const one = candidate(1);
    const other = candidate(2);
    const leads = await other.lead();
    const oneLeads = one.lead();
    await eventually(() => expect(one.told).toHaveLength(1));
    const own = server.childrenOf("/mesos-up/web/election").find((name) => !name.endsWith("0000000000")) ?? "";
    // Of the same session, and older: the server that was asked for it did not know it yet.
    server.set(`/mesos-up/web/election/${own.slice(0, -10)}0000000000`, Buffer.from("{}"), one.sessions[0]);
    await leads.resign();
    await (await oneLeads).resign();
    expect(server.childrenOf("/mesos-up/web/election")).toEqual([]);
  });

  it("is not tried again where ZooKeeper refuses it", async () => {
    const one = candidate(1);
    server.refuses = new MesosUpError("Not allowed.", { code: "ZOOKEEPER_REFUSED" });
    await expect(one.lead()).rejects.toMatchObject({ code: "ZOOKEEPER_REFUSED" });
    expect(one.sessions).toHaveLength(1);
  });

  it("is given up when asked", async () => {
    const [first, second] = [candidate(1), candidate(2)];
    const leads = await first.lead();
    const secondLeads = second.lead();
    await eventually(() => expect(second.told).toHaveLength(1));
    second.signal.abort(new Error("enough"));
    await expect(secondLeads).rejects.toThrow("enough");
    expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(1);
    await leads.resign();
  });
});
