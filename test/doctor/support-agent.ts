// An agent and an executor for tests: the one answers what it is told to, the other is a process with a sandbox.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { environmentShown } from "../environment-shown.ts";

/** What an agent says at a time. */
export interface Said {
  /** IDs of its /containers; undefined for a 503. */
  containers: string[] | undefined;
  /** Default: both true. */
  hasRecovered?: boolean;
  isRegistered?: boolean;
}

export interface FakeAgent extends AsyncDisposable {
  port: number;
  url: string;
}

/** Says the first at first, and the next after each time that its containers were asked for; the last for good. */
export async function fakeAgent(...said: [Said, ...Said[]]): Promise<FakeAgent> {
  let [now, ...later] = said;
  const server = createServer((request, response) => {
    const { containers, hasRecovered = true, isRegistered = true } = now;
    const answer = (value: unknown): void => {
      response.writeHead(value === undefined ? 503 : 200, { "Content-Type": "application/json" });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    const path = new URL(request.url ?? "/", "http://agent").pathname;
    if (path === "/state") answer(hasRecovered ? { id: "S0" } : undefined);
    else if (path === "/metrics/snapshot") answer({ "slave/registered": isRegistered ? 1 : 0 });
    else {
      [now = now, ...later] = later;
      answer(containers?.map((container_id) => ({ container_id })));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface FakeExecutor extends AsyncDisposable {
  isAlive: () => boolean;
}

/** Runs with the sandbox of that container, below the cluster's folder. */
export async function fakeExecutor(folder: string, containerId: string): Promise<FakeExecutor> {
  const env = { PATH: process.env["PATH"], MESOS_SANDBOX: join(folder, "agent-1", "runs", containerId) };
  const child = spawn("sleep", ["1000"], { env, stdio: "ignore" });
  await environmentShown(child, "MESOS_SANDBOX");
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    isAlive,
    async [Symbol.asyncDispose]() {
      if (!isAlive()) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
