import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Life, runElected } from "../../scripts/scheduler-life.ts";
import { MesosUpError } from "../../src/errors.ts";
import type { AppEvent } from "../../src/scheduler/app-event.ts";
import type { Candidate, Leadership } from "../../src/scheduler/store/election.ts";
import { MemoryFrameworkStore } from "../../src/scheduler/store/framework-store.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";
import { ScriptedMaster, subscribed } from "../client/scripted-master.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "life-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const spec = parseAppObject({ name: "web", command: "sleep 1000" });
const APP = { name: "web", spec, version: 1, lastVersion: 1, instances: 0 };

/** A promise that is settled from outside. */
function pending<T>() {
  let resolve!: (value: T | PromiseLike<T>) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => ([resolve, reject] = [onResolve, onReject]));
  return { promise, resolve, reject };
}

/** A store whose loading and forgetting the test has a say in. */
class SlowStore extends MemoryFrameworkStore {
  readonly loading = pending<undefined>();
  readonly mayLoad = pending<undefined>();
  forget: () => Promise<void> = () => super.clear();

  override async load() {
    this.loading.resolve(undefined);
    await this.mayLoad.promise;
    return await super.load();
  }

  override clear(): Promise<void> {
    return this.forget();
  }
}

/** One of several schedulers, with its leader and its leadership in the test's hands. */
async function standing(master = "127.0.0.1:1") {
  const events: AppEvent[] = [];
  const record = {
    app: "web",
    master,
    frameworkName: "test",
    stateDirectory: folder,
    socket: join(folder, "web.sock"),
  };
  const life = new Life(record, (event) => events.push(event));
  const store = new SlowStore();
  const leads = pending<Leadership>();
  const stands = pending<(leader: Candidate | undefined) => void>();
  const election = {
    lead: (signal: AbortSignal, onLeader: (leader: Candidate | undefined) => void = () => undefined) => {
      signal.addEventListener("abort", () => leads.reject(signal.reason as Error));
      stands.resolve(onLeader);
      return leads.promise;
    },
    stored: () => Promise.resolve(undefined),
  };
  const done = runElected(life, record, election);
  done.catch(() => undefined);
  const lost = new AbortController();
  const win = () => leads.resolve({ store, lost: lost.signal, resign: () => Promise.resolve() });
  return { life, store, done, win, events, follow: await stands.promise };
}

/** Ends a life as its process does; tells whether its record would be removed. */
async function ended({ life, done }: { life: Life; done: Promise<void> }): Promise<boolean> {
  await done.finally(() => life.close());
  return life.isStopped;
}

describe("the record of a scheduler that is told to end", () => {
  it("is removed where another one leads", async () => {
    const test = await standing();
    test.follow({ host: "another-machine", pid: 1 });
    test.life.end("told");
    expect(await ended(test)).toBe(true);
  });

  it("stays where another process takes its place", async () => {
    const test = await standing();
    test.follow({ host: "another-machine", pid: 1 });
    test.life.end("released");
    expect(await ended(test)).toBe(false);
  });

  it("stays where nobody is known to lead", async () => {
    const test = await standing();
    test.life.end("told");
    expect(await ended(test)).toBe(false);
  });

  it("stays where the one that led was its predecessor, which was killed", async () => {
    const killed = spawn(process.execPath, ["-e", ""]);
    await once(killed, "exit");
    const test = await standing();
    test.follow({ host: hostname(), pid: killed.pid ?? 0 });
    test.life.end("told");
    expect(await ended(test)).toBe(false);
  });

  it("stays where it has just won and takes over", async () => {
    const test = await standing();
    test.follow({ host: "another-machine", pid: 1 });
    await test.store.write({ "app/web": APP });
    test.win();
    await test.store.loading.promise;
    test.life.end("told");
    test.store.mayLoad.resolve(undefined);
    expect(await ended(test)).toBe(false);
    // Nor is a master told of it.
    expect(test.events).not.toContainEqual(expect.objectContaining({ message: "leads" }));
  });
});

describe("the end of a framework", () => {
  it("that was asked of an earlier process is brought about, and waited for by nobody", async () => {
    await using master = await ScriptedMaster.start();
    const test = await standing(master.url);
    await test.store.write({ framework: { id: "f1", stopping: true }, "app/web": APP });
    test.store.mayLoad.resolve(undefined);
    test.win();
    (await master.stream()).send(subscribed("f1"));
    expect(await ended(test)).toBe(true);
    expect(master.calls()).toContain("TEARDOWN");
    expect(await test.store.load()).toBeUndefined();
  });

  it("is left to the next process where it can no longer be stored", async () => {
    await using master = await ScriptedMaster.start();
    const test = await standing(master.url);
    test.store.forget = () => Promise.reject(new MesosUpError("Out of reach.", { code: "ZOOKEEPER_SESSION_OVER" }));
    await test.store.write({ framework: { id: "f1" } });
    test.store.mayLoad.resolve(undefined);
    test.win();
    (await master.stream()).send(subscribed("f1"));
    await expect(ended(test)).rejects.toMatchObject({ code: "ZOOKEEPER_SESSION_OVER" });
    expect(test.life.isStopped).toBe(false);
    expect(await test.store.load()).toMatchObject({ framework: { stopping: true } });
  });
});
