// Nodes that answer, and some that say nothing; Docker is a program that tells how the machines are.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClusterRecord } from "../../../src/backends/state/cluster-record.ts";
import { nodeStatuses } from "../../../src/backends/vagrant/status.ts";
import { vagrantPlacement } from "../../../src/backends/vagrant/placement.ts";
import { plan } from "../../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../../src/cluster/spec.ts";
import { FakeClock, impatientClock } from "../../client/fake-clock.ts";

/** Longer than any test may take: whoever waits for a node that says nothing fails. */
const NEVER_MS = 600_000;

let folder: string;
let answering: Server;
let silent: Server;
/** Answers once Docker was asked about the machines. */
let slow: Server;
let broken: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vagrant-status-"));
  answering = createServer((_request, response) => response.end('{ "version": "1.12.0" }'));
  silent = createServer(() => undefined);
  slow = createServer((_request, response) => void asked().then(() => response.end('{ "version": "1.12.0" }')));
  broken = createServer((request) => request.socket.destroy());
  for (const server of [answering, silent, slow, broken])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const server of [answering, silent, slow, broken]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(folder, { recursive: true, force: true });
});

const asked = () => vi.waitFor(() => expect(existsSync(join(folder, "asked"))).toBe(true), NEVER_MS);

/** A master and two agents, each at one of the servers. */
function record(...servers: [Server, Server, Server]): ClusterRecord {
  const spec = { ...defaultClusterSpec(), agents: defaultClusterSpec().agents.map((one) => ({ ...one, count: 2 })) };
  const placement = vagrantPlacement(spec, { folder, provider: "docker", env: { HOME: folder } });
  const made = plan(spec, placement);
  const nodes = made.nodes
    .filter(({ kind }) => kind !== "zookeeper")
    .map((node, i) => ({ ...node, address: "127.0.0.1", port: (servers[i]?.address() as AddressInfo).port }));
  const known = { version: 1 as const, backend: "vagrant" as const, owner: "", createdAt: "" };
  return { ...known, spec, placement, plan: { ...made, nodes } };
}

/** Docker says this of its machines, and notes that it was asked. */
function machines(what: ClusterRecord, states: string[]): NodeJS.ProcessEnv {
  const names = what.plan.vagrant?.machines.map(({ container }) => container?.name ?? "") ?? [];
  const lines = states.map((state, i) => `${names[i]} bridge ${state}`);
  writeFileSync(join(folder, "machines"), `${lines.join("\n")}\n`);
  writeFileSync(join(folder, "docker"), `#!/bin/sh\ncd '${folder}'; touch asked; cat machines\n`);
  chmodSync(join(folder, "docker"), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

const { signal } = new AbortController();

describe("the status of nodes on machines", () => {
  it("is not waited for where a machine does not run: its nodes are dead, or absent where it is gone", async () => {
    const some = record(answering, silent, silent);
    const env = machines(some, ["Up 2 minutes", "Exited (137) 1 minute ago"]);
    const options = { env, signal, answerWithinMs: NEVER_MS, clock: impatientClock };
    expect(await nodeStatuses(some, options)).toMatchObject([
      { name: "master-1", state: "running", version: "mesos-master 1.12.0 (embedded engine)" },
      { name: "agent-1", state: "dead" },
      { name: "agent-2", state: "absent" },
    ]);
  });

  it("is waited for where the machine runs, on which a node that cannot answer is dead", async () => {
    const some = record(answering, slow, broken);
    const env = machines(some, ["Up 2 minutes", "Up 2 minutes", "Up 2 minutes"]);
    const statuses = await nodeStatuses(some, { env, signal, answerWithinMs: NEVER_MS, clock: impatientClock });
    expect(statuses.map(({ state }) => state)).toEqual(["running", "running", "dead"]);
  });

  it("is had of the nodes alone where all answer", async () => {
    const all = record(answering, answering, answering);
    const env = machines(all, ["Exited (1) 1 second ago"]);
    const statuses = await nodeStatuses(all, { env, signal, answerWithinMs: NEVER_MS, clock: new FakeClock() });
    expect(statuses.map(({ state }) => state)).toEqual(["running", "running", "running"]);
    expect(existsSync(join(folder, "asked"))).toBe(false);
  });
});
