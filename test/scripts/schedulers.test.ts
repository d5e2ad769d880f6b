import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askSchedulers, findScheduler, recordFile, requireScheduler, schedulerOf } from "../../scripts/schedulers.ts";

let folder: string;
let servers: Server[];
/** By the app of the record: how often it was asked. */
let asked: Record<string, number>;

beforeEach(() => {
  [folder, servers, asked] = [mkdtempSync(join(tmpdir(), "schedulers-")), [], {}];
  mkdirSync(dirname(recordFile(folder, "any")));
});
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

/** A scheduler that is known by `app`; without apps it says nothing until `ended`, and is gone then. */
async function scheduler(app: string, apps?: string[], ended?: Promise<void>): Promise<void> {
  const socket = join(folder, `${app}.sock`);
  const server = createServer((request, response) => {
    asked[app] = (asked[app] ?? 0) + 1;
    if (apps !== undefined) response.end(JSON.stringify({ apps: apps.map((name) => ({ name })) }));
    else void ended?.then(() => request.socket.destroy());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  writeFileSync(recordFile(folder, app), JSON.stringify({ app, socket, stateDirectory: folder }));
}

/** Resolves once so many questions were asked. */
async function untilAsked(count: number): Promise<void> {
  while (Object.values(asked).reduce((sum, one) => sum + one, 0) < count)
    await new Promise((resolve) => setImmediate(resolve));
}

describe("schedulers that stand still", () => {
  it("are asked all at once, and each once", async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    for (const app of ["a", "b"]) await scheduler(app, undefined, ended);
    await scheduler("c", ["c", "d"]);
    const views = askSchedulers(folder);
    await untilAsked(3);
    end();
    expect((await views).map(({ app, view }) => [app, view?.apps.length])).toEqual([
      ["a", undefined],
      ["b", undefined],
      ["c", 2],
    ]);
    expect(asked).toEqual({ a: 1, b: 1, c: 1 });
  });

  it("are asked once for their own app, too, while others are asked", async () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    for (const app of ["a", "b"]) await scheduler(app, undefined, ended);
    const refused = expect(requireScheduler(folder, "a")).rejects.toMatchObject({ code: "SCHEDULER_UNREACHABLE" });
    await untilAsked(2);
    end();
    await refused;
    expect(asked).toEqual({ a: 1, b: 1 });
  });

  it("keep nobody from the one that has the app", async () => {
    for (const app of ["a", "b"]) await scheduler(app);
    await scheduler("c", ["c", "d"]);
    expect(await schedulerOf(folder, "d")).toBe("c");
    expect(await schedulerOf(folder, "c")).toBe("c");
  });

  it("are left to themselves once the command is to end", async () => {
    for (const app of ["a", "b"]) await scheduler(app);
    const ending = new AbortController();
    const reason = new Error("Ctrl-C");
    const questions = [askSchedulers(folder, ending.signal), findScheduler(folder, "a", ending.signal)];
    const ends = questions.map((question) => expect(question).rejects.toBe(reason));
    await untilAsked(4);
    ending.abort(reason);
    await Promise.all(ends);
  });
});
