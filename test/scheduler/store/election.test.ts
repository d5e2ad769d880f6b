import { beforeEach, describe, expect, it, vi } from "vitest";
import { Election } from "../../../src/scheduler/store/election.ts";
import type { Candidate } from "../../../src/scheduler/store/election.ts";
import { FakeZooKeeper } from "./fake-zookeeper.ts";
import type { FakeTenure } from "./fake-zookeeper.ts";

let server: FakeZooKeeper;
beforeEach(() => {
  server = new FakeZooKeeper();
});

/** A scheduler that stands for election; its sessions, the newest last. */
function candidate(pid: number) {
  const sessions: FakeTenure[] = [];
  const begin = async () => {
    const tenure = await server.begin();
    sessions.push(tenure);
    return tenure;
  };
  const address = { kind: "zookeeper" as const, connect: "zk:2181", path: "/mesos-up" };
  const clock = { nowMs: () => 0, sleep };
  const election = new Election({ address, app: "web", self: { host: `h${pid}`, pid }, begin, clock });
  const told: (Candidate | undefined)[] = [];
  const signal = new AbortController();
  return { sessions, election, told, signal, lead: () => election.lead(signal.signal, (leader) => told.push(leader)) };
}

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
    await vi.waitFor(() => expect(second.told).toEqual([{ host: "h1", pid: 1 }]));
    const thirdLeads = third.lead();
    await vi.waitFor(() => expect(third.told).toEqual([{ host: "h1", pid: 1 }]));
    expect(await third.election.leader(third.signal.signal)).toEqual({ host: "h1", pid: 1 });
    await leads.store.load();
    await leads.store.write({ a: 1 });
    expect(await third.election.stored(third.signal.signal)).toEqual({ a: 1 });

    await leads.resign();
    const next = await secondLeads;
    await vi.waitFor(() => expect(third.told.at(-1)).toEqual({ host: "h2", pid: 2 }));
    expect(await next.store.load()).toEqual({ a: 1 });
    await next.resign();
    await (await thirdLeads).resign();
  });

  it("is lost with the session, before the next one leads", async () => {
    const [first, second] = [candidate(1), candidate(2)];
    const leads = await first.lead();
    await leads.store.load();
    const secondLeads = second.lead();
    await vi.waitFor(() => expect(second.told).toHaveLength(1));
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
    await vi.waitFor(() => expect(second.told).toHaveLength(1));
    // ZooKeeper does not know of it yet.
    second.sessions[0]?.end();
    await vi.waitFor(() => expect(second.told).toEqual([{ host: "h1", pid: 1 }, undefined, { host: "h1", pid: 1 }]));
    expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(2);
    const own = server.childrenOf("/mesos-up/web/election").find((name) => !name.endsWith("0000000000")) ?? "";
    server.remove(`/mesos-up/web/election/${own}`);
    await vi.waitFor(() => expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(2));
    await leads.resign();
    await (await secondLeads).resign();
    expect(server.childrenOf("/mesos-up/web/election")).toEqual([]);
  });

  it("is given up when asked", async () => {
    const [first, second] = [candidate(1), candidate(2)];
    const leads = await first.lead();
    const secondLeads = second.lead();
    await vi.waitFor(() => expect(second.told).toHaveLength(1));
    second.signal.abort(new Error("enough"));
    await expect(secondLeads).rejects.toThrow("enough");
    expect(server.childrenOf("/mesos-up/web/election")).toHaveLength(1);
    await leads.resign();
  });
});
