// A scheduler that leads no more says nothing more to a master.
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/client/clock.ts";
import { MesosUpError } from "../../src/errors.ts";
import { appViews } from "../../src/scheduler/core/view.ts";
import { openScheduler } from "../../src/scheduler/open-scheduler.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";
import { MemoryFrameworkStore } from "../../src/scheduler/store/framework-store.ts";
import { FakeClock } from "../client/fake-clock.ts";
import { ScriptedMaster, subscribed } from "../client/scripted-master.ts";
import { offer } from "./offers.ts";

/** Writes nothing from a moment on: until it is told to, or with an error. */
class DoomedStore extends MemoryFrameworkStore {
  doom: () => Promise<void> = () => Promise.resolve();

  override async write(...args: Parameters<MemoryFrameworkStore["write"]>): Promise<void> {
    await this.doom();
    await super.write(...args);
  }
}

async function opened({ clock }: { clock?: Clock } = {}) {
  const master = await ScriptedMaster.start();
  const store = new DoomedStore();
  const lost = new AbortController();
  const common = { master: master.url, frameworkName: "test", user: "root", random: () => 0, ...(clock && { clock }) };
  const { scheduler, close } = await openScheduler({ ...common, frameworkStore: store, lost: lost.signal });
  const stream = await master.stream();
  stream.send(subscribed("f1"));
  await scheduler.command({ name: "run", spec: parseAppObject({ name: "web", command: "sleep 1000" }) });
  return {
    ...{ master, store, lost, scheduler, stream, close },
    async [Symbol.asyncDispose]() {
      await close();
      await master[Symbol.asyncDispose]();
    },
  };
}

describe("a scheduler that leads no more", () => {
  it("sends nothing of what it had decided, and ends with the reason", async () => {
    await using test = await opened();
    let resume: (() => void) | undefined;
    const resumed = new Promise<void>((resolve) => (resume = resolve));
    test.store.doom = () => resumed;
    const launched = test.scheduler.until(({ state }) => state.byTask.size > 0 || undefined);
    test.stream.send({ type: "OFFERS", offers: { offers: [offer()] } });
    await launched;
    test.lost.abort(new MesosUpError("Out of reach.", { code: "ZOOKEEPER_SESSION_OVER" }));
    resume?.();
    await expect(test.scheduler.until(() => undefined)).rejects.toMatchObject({ code: "ZOOKEEPER_SESSION_OVER" });
    await test.scheduler.settled();
    expect(test.scheduler.subscription.name).toBe("closed");
    expect(test.master.calls()).not.toContain("ACCEPT");
  });

  it("does not try again to write what another one writes now", async () => {
    await using test = await opened();
    test.store.doom = () => Promise.reject(new MesosUpError("Another one writes.", { code: "LEADERSHIP_LOST" }));
    test.stream.send({ type: "OFFERS", offers: { offers: [offer()] } });
    await expect(test.scheduler.until(() => undefined)).rejects.toMatchObject({ code: "LEADERSHIP_LOST" });
    await test.scheduler.settled();
    expect(test.master.calls()).not.toContain("ACCEPT");
  });
});

describe("a scheduler that has come to its end", () => {
  const scale = { name: "scale", app: "web", instances: 2 } as const;

  it("obeys no command once it is closed, nor once it leads no more, and says so", async () => {
    await using closed = await opened();
    const closing = closed.close();
    await expect(closed.scheduler.command(scale)).rejects.toMatchObject({ code: "SCHEDULER_CLOSED" });
    await closing;
    await expect(closed.scheduler.command(scale)).rejects.toMatchObject({ code: "SCHEDULER_CLOSED" });

    await using lost = await opened();
    lost.lost.abort(new MesosUpError("Out of reach.", { code: "ZOOKEEPER_SESSION_OVER" }));
    await expect(lost.scheduler.command(scale)).rejects.toMatchObject({ code: "ZOOKEEPER_SESSION_OVER" });
  });

  it("is not waited for for ever where nothing can be stored, which is what is said of it then", async () => {
    const clock = new FakeClock();
    await using test = await opened({ clock });
    const full = "ENOSPC: no space left on device, write";
    const tried = new Promise<void>((resolve) => {
      test.store.doom = () => {
        resolve();
        return Promise.reject(new Error(full));
      };
    });
    test.stream.send({ type: "OFFERS", offers: { offers: [offer()] } });
    await tried;
    // Until it is to be tried again.
    await clock.asleepFor(1000);

    const interrupted = new AbortController();
    const given = test.scheduler.teardown(interrupted.signal);
    interrupted.abort(new Error("Ctrl-C"));
    await expect(given).rejects.toThrow("Ctrl-C");

    const late = expect(test.scheduler.teardown()).rejects.toMatchObject({
      code: "TEARDOWN_TIMEOUT",
      message: `The framework's end could not be stored within 10 s: ${full}.`,
    });
    clock.advance(10_000);
    await late;
    expect(test.scheduler.state.stopping).toBe(false);
  });

  it("obeys no command once its framework is to end, shows its apps as ending, and ends it when a master is back", async () => {
    const clock = new FakeClock();
    await using test = await opened({ clock });
    await test.scheduler.until(({ state }) => state.subscribed || undefined);
    test.stream.break();
    // Until it subscribes again.
    await clock.asleepFor(20);
    const late = expect(test.scheduler.teardown()).rejects.toMatchObject({
      code: "TEARDOWN_TIMEOUT",
      hint: expect.stringContaining("as soon as a master is there") as string,
    });
    await test.scheduler.until(({ state }) => state.stopping || undefined);
    await expect(test.scheduler.command(scale)).rejects.toMatchObject({ code: "FRAMEWORK_ENDING" });
    expect(appViews(test.scheduler.state)).toMatchObject([{ name: "web", wanted: 1, state: "ending" }]);
    clock.advance(10_000);
    await late;
    (await test.master.stream()).send(subscribed("f1"));
    await test.scheduler.until(({ state }) => state.over || undefined);
    expect(test.master.calls()).toContain("TEARDOWN");
  });

  it("obeys no command whose framework has ended but to end it", async () => {
    await using test = await opened();
    await test.scheduler.teardown();
    await expect(test.scheduler.command(scale)).rejects.toMatchObject({ code: "FRAMEWORK_ENDED" });
    await test.scheduler.teardown();
  });
});
