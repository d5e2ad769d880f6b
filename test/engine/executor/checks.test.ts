import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Checks, startChecks } from "../../../src/engine/executor/checks.ts";
import type { TaskRun } from "../../../src/engine/executor/task-run.ts";
import type { TaskInfo } from "../../../src/mesos/types.ts";
import { task } from "../containerizer/fixtures.ts";
import { FakeClock } from "../support/fake-clock.ts";

let server: Server;
let status: number;
let clock: FakeClock;
let health: [healthy: boolean, killing: boolean][];
let results: unknown[];
let checks: Checks | undefined;

const HTTP = {
  type: "HTTP" as const,
  http: { port: 80, path: "/" },
  delay_seconds: 0,
  interval_seconds: 1,
  timeout_seconds: 5,
};

function start(over: Partial<TaskInfo>): void {
  const { port } = server.address() as AddressInfo;
  const run: Pick<TaskRun, "reach" | "commandBeside"> = {
    reach: () => ({ host: "127.0.0.1", port }),
    commandBeside: ([file = "", ...args]) => ({ file, args }),
  };
  checks = startChecks({
    task: task(over),
    run: run as TaskRun,
    clock,
    environment: { PATH: "/bin:/usr/bin" },
    onHealth: (healthy, killing) => health.push([healthy, killing]),
    onCheck: (result) => results.push(result),
  });
}

/** Lets checks come due one after the other until something is known. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await clock.advance(50);
}

beforeEach(async () => {
  status = 200;
  clock = new FakeClock();
  health = [];
  results = [];
  server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  checks?.stop();
  server.closeAllConnections();
  server.close();
});

describe("health checks", () => {
  it("tell once that a task is healthy, and each time that it is not", async () => {
    start({ health_check: HTTP });
    await until(() => health.length === 1);
    status = 500;
    await until(() => health.length === 3);
    expect(health).toEqual([
      [true, false],
      [false, false],
      [false, false],
    ]);
  });

  it("ask for the end after too many failures in a row", async () => {
    start({ health_check: { ...HTTP, consecutive_failures: 2, grace_period_seconds: 0 } });
    status = 500;
    await until(() => health.length === 2);
    expect(health.at(-1)).toEqual([false, true]);
  });

  it("forgive failures within the grace period", async () => {
    status = 500;
    start({ health_check: { ...HTTP, grace_period_seconds: 10 } });
    await clock.advance(9_000);
    expect(health).toEqual([]);
    await until(() => health.length === 1);
    expect(health).toEqual([[false, false]]);
  });

  it("can be a TCP connection", async () => {
    start({ health_check: { ...HTTP, type: "TCP", tcp: { port: 80 }, http: undefined } as never });
    await until(() => health.length === 1);
    expect(health).toEqual([[true, false]]);
  });

  it.each([
    ["true", true],
    ["exit 1", false],
  ])("can be a command: %s", async (value, healthy) => {
    const { delay_seconds, interval_seconds } = HTTP;
    const command = { shell: true, value };
    start({ health_check: { type: "COMMAND", command, delay_seconds, interval_seconds, grace_period_seconds: 0 } });
    await until(() => health.length === 1);
    expect(health[0]?.[0]).toBe(healthy);
  });
});

describe("checks", () => {
  it("tell a result when it is another one", async () => {
    start({ check: HTTP });
    await until(() => results.length === 1);
    await clock.advance(3_000);
    status = 503;
    await until(() => results.length === 2);
    expect(results).toEqual([
      { type: "HTTP", http: { status_code: 200 } },
      { type: "HTTP", http: { status_code: 503 } },
    ]);
  });

  it("tell the exit status of a command", async () => {
    const command = { command: { shell: true, value: "exit 4" } };
    start({ check: { type: "COMMAND", command, delay_seconds: 0, interval_seconds: 1 } });
    await until(() => results.length === 1);
    expect(results).toEqual([{ type: "COMMAND", command: { exit_code: 4 } }]);
  });
});
