import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assign, ExecutorPool } from "../../../src/engine/containerizer/executor-pool.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { identify } from "../../../src/engine/containerizer/processes.ts";
import { assignment } from "./fixtures.ts";

let folder: string;
let clock: FakeClock;
let pool: ExecutorPool;
let taken: ChildProcess[];

/** Each program notes that it runs; it is ready once the file `go` is there, and keeps what it is assigned. */
const PROGRAM = `
touch "$DIR/started-$$"
while [ ! -e "$DIR/go" ]; do sleep 0.01; done
echo ready
read -r line && echo "$line" > "$DIR/assigned-$$"`;

function newPool(options: { spares: number; maxStarting: number }): ExecutorPool {
  const env = { PATH: "/bin:/usr/bin", DIR: folder };
  pool = new ExecutorPool({ command: ["/bin/sh", "-c", PROGRAM], env, clock, ...options });
  return pool;
}
const count = (prefix: string): number => readdirSync(folder).filter((name) => name.startsWith(prefix)).length;
const letStart = (): void => writeFileSync(join(folder, "go"), "");

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
async function take(): Promise<ChildProcess> {
  const child = await pool.take();
  taken.push(child);
  return child;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pool-"));
  clock = new FakeClock();
  taken = [];
});
afterEach(() => {
  pool.close();
  for (const child of taken) child.kill("SIGKILL");
});

describe("the pool of executor programs", () => {
  it("hands a program over that keeps what it is assigned", async () => {
    letStart();
    newPool({ spares: 0, maxStarting: 1 });
    const child = await take();
    const exited = once(child, "exit");
    assign(child, assignment());
    await exited;
    const [file = ""] = readdirSync(folder).filter((name) => name.startsWith("assigned-"));
    expect(JSON.parse(readFileSync(join(folder, file), "utf8"))).toEqual(assignment());
  });

  it("keeps a spare, and replaces it a while after it was taken", async () => {
    letStart();
    newPool({ spares: 1, maxStarting: 1 }).fill();
    await until(() => count("started-") === 1);
    const first = await take();
    expect(count("started-")).toBe(1);
    await clock.advance(1_000);
    expect((await take()).pid).not.toBe(first.pid);
  });

  it("ends a spare that nobody has taken for long, and starts one when it is needed", async () => {
    letStart();
    newPool({ spares: 1, maxStarting: 1 }).fill();
    await until(() => count("started-") === 1);
    const [started = ""] = readdirSync(folder);
    const pid = Number(started.slice("started-".length));
    await clock.advance(60_000);
    // Wherever it was in its start: it is ended by the time that it waits.
    await until(() => identify(pid) === undefined);
    expect((await take()).pid).not.toBe(pid);
  });

  it("starts nothing beside a launch that has to wait for its program", async () => {
    newPool({ spares: 1, maxStarting: 2 }).fill();
    const first = take();
    letStart();
    await first;
    // Whatever was started with it has been heard of by now.
    await once(spawn("true"), "exit");
    expect(count("started-")).toBe(1);
    await clock.advance(1_000);
    await until(() => count("started-") === 2);
  });

  it("starts no more at once than allowed, and serves in order", async () => {
    newPool({ spares: 0, maxStarting: 2 });
    const order: number[] = [];
    const all = [1, 2, 3].map((number) => take().then(() => order.push(number)));
    await until(() => count("started-") === 2);
    expect(order).toEqual([]);
    letStart();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
    expect(count("started-")).toBe(3);
  });

  it("hands out a program that cannot be started, for its user to see", async () => {
    pool = new ExecutorPool({ command: ["/no/such/program"], env: {}, clock, spares: 0, maxStarting: 1 });
    expect((await take()).pid).toBeUndefined();
  });

  it("ends its spares when it is closed", async () => {
    letStart();
    newPool({ spares: 1, maxStarting: 1 }).fill();
    await until(() => count("started-") === 1);
    const [started = ""] = readdirSync(folder).filter((name) => name.startsWith("started-"));
    // Ready by now, or on its way: either way it is nobody's.
    pool.close();
    const pid = Number(started.slice("started-".length));
    await until(() => identify(pid) === undefined);
    expect(identify(pid)).toBeUndefined();
  });
});
