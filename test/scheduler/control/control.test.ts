import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlClient } from "../../../src/scheduler/control/client.ts";
import { serveControl } from "../../../src/scheduler/control/server.ts";
import { Standby } from "../../../src/scheduler/control/standby.ts";
import type { Control } from "../../../src/scheduler/control/server.ts";
import { openScheduler } from "../../../src/scheduler/open-scheduler.ts";
import type { OpenScheduler } from "../../../src/scheduler/open-scheduler.ts";
import { ScriptedMaster, subscribed } from "../../client/scripted-master.ts";
import { offer } from "../offers.ts";

let folder: string;
let master: ScriptedMaster;
let open: OpenScheduler;
let standby: Standby | undefined;
let control: Control;
let client: ControlClient;
let released: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "control-"));
  master = await ScriptedMaster.start();
  standby = undefined;
  open = await openScheduler({ master: master.url, frameworkName: "test", user: "root", random: () => 0 });
  const socket = join(folder, "inner", "web.sock");
  released = new Promise((resolve) => {
    void serveControl({ open: () => standby ?? open, socket, onRelease: resolve, onStopped: () => undefined }).then(
      (made) => (control = made),
    );
  });
  client = new ControlClient(socket);
  await expect.poll(() => client.status().catch(() => undefined), { timeout: 10_000 }).toBeDefined();
});
afterEach(async () => {
  await control[Symbol.asyncDispose]();
  await open.close();
  await master[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const web = { name: "web", command: "sleep 1000", instances: 2, constraints: [["rack", "EQUALS", "c3po"]] };

describe("a scheduler's control socket", () => {
  it("is for its owner alone", async () => {
    expect((await stat(join(folder, "inner"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "inner", "web.sock"))).mode & 0o777).toBe(0o600);
  });

  it("has apps run, scaled and ended, and shows them", async () => {
    await client.run(web);
    expect((await client.app("web")).instances.map(({ id, state }) => [id, state])).toEqual([
      ["web.1", "waiting"],
      ["web.2", "waiting"],
    ]);
    await client.scale("web", 1);
    expect(await client.status()).toMatchObject({ framework: { name: "test" }, apps: [{ name: "web", wanted: 1 }] });
    expect(await client.spec("web")).toMatchObject({ command: "sleep 1000", instances: 1 });
    await client.killApp("web");
    expect((await client.status()).apps).toEqual([]);
  });

  it("says why an app waits, the nearest miss first", async () => {
    await client.run({ ...web, mem: 100 });
    const stream = await master.stream();
    const offers = [
      offer({ id: "o1", agent: "far", mem: 64 }),
      offer({ id: "o2", agent: "near", mem: 64, attributes: { rack: "c3po" } }),
    ];
    stream.send(subscribed("f1"), { type: "OFFERS", offers: { offers } });
    await master.call("DECLINE");
    expect(await client.why("web")).toMatchObject({
      summary: "2 of web's instances wait: none of 2 agents does.",
      agents: [
        { agent: "near:5051", reasons: ["mem 64 offered, 100 wanted"] },
        { agent: "far:5051", reasons: ["rack is r2d2, wanted c3po", "mem 64 offered, 100 wanted"] },
      ],
      help: ["near:5051: free mem, or lower mem of web", expect.stringContaining("far:5051") as string],
    });
  });

  it.each<[string, (to: ControlClient) => Promise<unknown>, string]>([
    ["an app that is not there", (to) => to.scale("nope", 1), "APP_UNKNOWN"],
    ["an instance that is not there", (to) => to.killInstance("web.9"), "INSTANCE_UNKNOWN"],
    ["a wrong app", (to) => to.run({ name: "A" }), "APP_FILE_INVALID"],
    ["a wrong number", (to) => to.scale("web", -1), "INSTANCES_INVALID"],
  ])("refuses %s with what is wrong and what to do", async (_what, ask, code) => {
    await expect(ask(client)).rejects.toMatchObject({ code, hint: expect.any(String) as string });
  });

  it("has those who want to learn the API told of it, until they leave or it ends", async () => {
    const socket = join(folder, "explained.sock");
    let left: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (left = resolve));
    const explain = (print: (lines: string[]) => void) => {
      print(["→ SUBSCRIBE"]);
      print(["⇠ OFFERS", "  two lines"]);
      return left;
    };
    const nothing = () => undefined;
    const explained = await serveControl({ open: () => open, socket, explain, onRelease: nothing, onStopped: nothing });
    const leaving = new AbortController();
    const heard: string[][] = [];
    const listening = (async () => {
      for await (const lines of new ControlClient(socket).explain(leaving.signal)) {
        heard.push(lines);
        if (heard.length === 2) leaving.abort(new Error("enough"));
      }
    })();
    await expect(listening).rejects.toThrow("enough");
    await gone;
    expect(heard).toEqual([["→ SUBSCRIBE"], ["⇠ OFFERS", "  two lines"]]);
    const other = new ControlClient(socket).explain(new AbortController().signal);
    await other.next();
    await other.next();
    await explained[Symbol.asyncDispose]();
    expect(await other.next()).toEqual({ done: true, value: undefined });
  });

  it("that has nothing to tell of it says so", async () => {
    await expect(client.explain(new AbortController().signal).next()).rejects.toMatchObject({ code: "PATH_UNKNOWN" });
  });

  it("does not end what runs in the foreground, and changes it", async () => {
    const socket = join(folder, "foreground.sock");
    const nothing = () => undefined;
    const served = await serveControl({
      open: () => open,
      socket,
      foreground: true,
      onRelease: nothing,
      onStopped: nothing,
    });
    const foreground = new ControlClient(socket);
    await foreground.run(web);
    await foreground.scale("web", 1);
    for (const end of [() => foreground.killApp("web"), () => foreground.stop(), () => foreground.release()])
      await expect(end()).rejects.toMatchObject({ code: "RUNS_IN_FOREGROUND" });
    expect((await foreground.status()).apps).toMatchObject([{ name: "web", wanted: 1 }]);
    await served[Symbol.asyncDispose]();
  });

  it("lets another process have the framework", async () => {
    await client.release();
    await released;
    expect(master.calls()).not.toContain("TEARDOWN");
  });

  describe("that is asked for an end that takes a while", () => {
    const ended: string[] = [];
    let socket: string;
    let served: Control;
    let begun: Promise<void>;
    let finish: () => void;

    beforeEach(async () => {
      socket = join(folder, "slow.sock");
      ended.length = 0;
      const finished = new Promise<void>((resolve) => (finish = resolve));
      let begin: () => void;
      begun = new Promise<void>((resolve) => (begin = resolve));
      const teardown = () => {
        begin();
        return finished;
      };
      served = await serveControl({
        open: () => ({ ...open, scheduler: { teardown } as unknown as OpenScheduler["scheduler"] }),
        socket,
        onRelease: () => undefined,
        onStopped: () => ended.push("stop"),
      });
    });

    it("ends its process also where whoever asked has left", async () => {
      const asking = request({ socketPath: socket, path: "/v1/stop", method: "POST" }).on("error", () => undefined);
      asking.end();
      await begun;
      asking.destroy();
      // The server has heard of that once it has answered another one.
      await expect(new ControlClient(socket).scale("web", -1)).rejects.toThrow();
      finish();
      await expect.poll(() => ended).toEqual(["stop"]);
      await served[Symbol.asyncDispose]();
    });

    it("answers before it is gone", async () => {
      const stopping = new ControlClient(socket).stop();
      await begun;
      const gone = served[Symbol.asyncDispose]();
      finish();
      await stopping;
      await gone;
      expect(ended).toEqual(["stop"]);
    });
  });

  it("of one that stands by says who leads, shows what is stored, and does nothing", async () => {
    await client.run(web);
    const { state } = open.scheduler;
    const stored = Object.fromEntries([...state.apps.values()].map((app) => [`app/${app.name}`, app]));
    standby = new Standby({ stored: () => Promise.resolve(stored) }, "test");
    expect(await client.status()).toMatchObject({ subscription: "standing by", apps: [{ name: "web", wanted: 2 }] });
    await expect(client.scale("web", 1)).rejects.toThrow("ZooKeeper does not say who leads");
    standby.follow({ host: "h1", pid: 7 });
    expect((await client.status()).obstacle).toBe("the scheduler on h1 (process 7) leads");
    for (const asked of [client.scale("web", 1), client.why("web"), client.stop()])
      await expect(asked).rejects.toMatchObject({ code: "SCHEDULER_STANDS_BY" });
    expect((await client.app("web")).wanted).toBe(2);
    await client.release();
    await released;
  });

  it("serves the site of an app that comes later, by a command that does", async () => {
    const site = join(folder, "site");
    await mkdir(site);
    await writeFile(join(site, "index.html"), "hello");
    await client.run({ name: "pages", image: "nginx", ports: [80], site });
    expect((await client.spec("pages"))["command"]).toContain("nginx");
    const { uri = "" } = open.sites.get("pages") ?? {};
    expect((await fetch(uri)).status).toBe(200);
    await expect(client.run({ name: "none", image: "nginx", ports: [80], site: join(folder, "no") })).rejects.toThrow(
      "cannot be served",
    );
  });

  it("of one that stands still is not waited for for ever", async () => {
    const still = createServer(() => undefined);
    const socket = join(folder, "still.sock");
    await new Promise<void>((resolve) => still.listen(socket, resolve));
    await expect(new ControlClient(socket, { answerWithinMs: 20 }).status()).rejects.toMatchObject({
      code: "SCHEDULER_UNREACHABLE",
    });
    await new Promise((resolve) => still.close(resolve));
  });

  it("that nobody listens to says so", async () => {
    await expect(new ControlClient(join(folder, "none.sock")).status()).rejects.toMatchObject({
      code: "SCHEDULER_UNREACHABLE",
    });
  });
});
