import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { plan } from "../../src/cluster/plan.ts";
import type { ClusterPlan } from "../../src/cluster/plan-types.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import type { PortHolder } from "../../src/doctor/facts.ts";
import { portHolders } from "../../src/doctor/gather/ports.ts";

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ports-"));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(folder, { recursive: true });
});

async function listening(server: Server, where: { port: number; host: string } | { path: string }): Promise<Server> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return server;
}

/** A port that this process listens on. */
async function taken(): Promise<number> {
  const server = await listening(createServer(), { port: 0, host: "127.0.0.1" });
  return (server.address() as AddressInfo).port;
}

/** The default cluster, its master on that port. */
function planWithMasterAt(port: number): ClusterPlan {
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: folder };
  const spec = defaultClusterSpec();
  const { nodes, ...rest } = plan({ ...spec, bind: "127.0.0.1" }, placement);
  return { ...rest, nodes: nodes.map((node) => (node.kind === "master" ? { ...node, port } : node)) };
}

const signal = new AbortController().signal;

/** Of the master, beside a Docker daemon that has these containers. */
async function holdersBeside(plan: ClusterPlan, containers: object[]): Promise<PortHolder[] | undefined> {
  const path = join(folder, "docker.sock");
  await listening(
    createHttpServer((_, response) => response.end(JSON.stringify(containers))),
    { path },
  );
  const options = { signal, limitMs: 5_000, nowMs: () => performance.now() };
  return await portHolders(plan, "master-1", { env: { DOCKER_HOST: `unix://${path}` }, options });
}

it("are processes by their ID and command", async () => {
  const port = await taken();
  const [holder] = (await holdersBeside(planWithMasterAt(port), [])) ?? [];
  expect(holder).toMatchObject({ port, address: "127.0.0.1", pid: process.pid, container: undefined });
  expect(holder?.described).toContain(`PID ${process.pid} (`);
});

it("are containers by their name", async () => {
  const port = await taken();
  const containers = [
    { Id: "a".repeat(64), Names: ["/other"], Ports: [{ PublicPort: port, Type: "udp" }, { Type: "tcp" }] },
    { Id: "b".repeat(64), Names: ["/web"], Ports: [{ PublicPort: port, Type: "tcp" }] },
  ];
  expect(await holdersBeside(planWithMasterAt(port), containers)).toMatchObject([
    { port, container: "web", described: "the container web" },
  ]);
});

it("are none where nobody listens", async () => {
  const port = await taken();
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  expect(await holdersBeside(planWithMasterAt(port), [])).toEqual([]);
});

it("are not to be told of a node whose ports are another machine's", async () => {
  const port = await taken();
  const vagrant = {} as NonNullable<ClusterPlan["vagrant"]>;
  expect(await holdersBeside({ ...planWithMasterAt(port), vagrant }, [])).toBeUndefined();
});
