import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterPlan, PlanNode } from "../../../../src/cluster/plan-types.ts";
import { chooseSlot, refuseTakenPorts } from "../../../../src/backends/local/ports/choose-slot.ts";
import { takenPorts } from "../../../../src/backends/local/ports/free-ports.ts";
import { listenerAt, portHolder } from "../../../../src/backends/local/ports/port-holder.ts";

let servers: Server[];
let claims: { claimName: (slot: number) => string };
beforeEach(() => {
  servers = [];
  const run = randomUUID();
  claims = { claimName: (slot) => `mesos-up-test-${run}-${slot}` };
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("takenPorts", () => {
  it("tells which ports somebody listens on, also on all addresses", async () => {
    const [taken, everywhere] = [await listen("127.0.0.1"), await listen("0.0.0.0")];
    const free = await freePort();
    const ports = [taken, everywhere, free].map((port) => ({ node: "n", address: "127.0.0.1", port }));
    expect((await takenPorts(ports)).map(({ port }) => port)).toEqual([taken, everywhere]);
  });

  it("says that the machine does not have an address", async () => {
    await expect(takenPorts([{ node: "master-1", address: "192.0.2.1", port: 5050 }])).rejects.toMatchObject({
      code: "BIND_REFUSED",
      message: "master-1 cannot listen on 192.0.2.1:5050: this machine does not have that address.",
    });
  });
});

describe("portHolder", () => {
  it("finds the process that listens", async () => {
    expect(portHolder(await listen("127.0.0.1"))).toBe(process.pid);
    expect(portHolder(await freePort())).toBeUndefined();
  });
});

describe("listenerAt", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "127.0.0.2", false],
    ["127.0.0.1", "0.0.0.0", true],
    ["0.0.0.0", "127.0.0.1", true],
    ...(existsSync("/proc/net/if_inet6")
      ? ([
          ["::", "127.0.0.1", true],
          ["::", "::1", true],
          ["::", "0.0.0.0", true],
          ["0.0.0.0", "::1", false],
          ["::1", "0.0.0.0", false],
        ] as const)
      : []),
    ["127.0.0.1", "localhost", true],
  ] as const)("tells of a listener on %s whether it is in the way of one on %s", async (taken, wanted, isInTheWay) => {
    const listener = await listenerAt(wanted, await listen(taken));
    expect(listener).toEqual(isInTheWay ? { pid: process.pid } : undefined);
  });

  it("finds nobody on a port that is free", async () => {
    expect(await listenerAt("127.0.0.1", await freePort())).toBeUndefined();
  });

  it.runIf(existsSync("/proc/net/if_inet6"))("takes one on all addresses of IPv6 only for none of IPv4", async () => {
    const port = await listen("::", { ipv6Only: true });
    expect(await listenerAt("127.0.0.1", port)).toBeUndefined();
    expect(await listenerAt("0.0.0.0", port)).toBeUndefined();
    expect(await listenerAt("::1", port)).toEqual({ pid: process.pid });
  });
});

describe("refuseTakenPorts", () => {
  it("names the node that wants the port and the process that has it", async () => {
    const port = await listen("127.0.0.1");
    await expect(refuseTakenPorts([{ node: "master-1", address: "127.0.0.1", port }])).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringMatching(
        `^Port ${port} on 127.0.0.1, wanted by master-1, is taken by PID ${process.pid} `,
      ) as string,
    });
  });
});

describe("chooseSlot", () => {
  it("passes over a slot of which a port is taken", async () => {
    const taken = await listen("127.0.0.1");
    const free = await freePort();
    const { slot, claim } = await chooseSlot((slot) => planWith(slot === 0 ? taken : free + slot - 1), claims);
    expect(slot).toBe(1);
    claim.release();
  });

  it("gives clusters that start together a slot each, and a slot back when it is released", async () => {
    const ports = await Promise.all(Array.from({ length: 4 }, freePort));
    const planFor = (slot: number) => planWith(ports[slot] ?? slot + 1024);
    const chosen = await Promise.all([1, 2, 3].map(() => chooseSlot(planFor, claims)));
    expect(chosen.map(({ slot }) => slot).sort()).toEqual([0, 1, 2]);
    chosen.find(({ slot }) => slot === 1)!.claim.release();
    const again = await chooseSlot(planFor, claims);
    expect(again.slot).toBe(1);
    for (const { claim } of [...chosen, again]) claim.release();
  });

  it("looks at no slot below the one to begin with", async () => {
    const free = await freePort();
    const { slot, claim } = await chooseSlot((slot) => planWith(free + slot), { ...claims, from: 4 });
    expect(slot).toBeGreaterThanOrEqual(4);
    claim.release();
  });

  it("sees also what a process of another folder and environment has claimed", async () => {
    const ports = await Promise.all(Array.from({ length: 2 }, freePort));
    const claim = `require("node:net").createServer().listen({ path: "\\0${claims.claimName(0)}" }, () => console.log())`;
    const other = spawn(process.execPath, ["-e", claim], { cwd: "/", env: {}, stdio: ["ignore", "pipe", "inherit"] });
    await once(other.stdout, "data");
    const chosen = await chooseSlot((slot) => planWith(ports[slot] ?? slot + 1024), claims);
    expect(chosen.slot).toBe(1);
    chosen.claim.release();
    other.kill("SIGKILL");
    await once(other, "exit");
    const again = await chooseSlot((slot) => planWith(ports[slot] ?? slot + 1024), claims);
    expect(again.slot).toBe(0);
    again.claim.release();
  });

  it("refuses a port that the spec fixes and somebody has", async () => {
    const port = await listen("127.0.0.1");
    await expect(chooseSlot(() => planWith(port), claims)).rejects.toMatchObject({ code: "PORT_TAKEN" });
  });
});

function planWith(port: number): ClusterPlan {
  const node: Partial<PlanNode> = { name: "master-1", kind: "master", address: "127.0.0.1", port, otherPorts: [] };
  return { nodes: [node] } as ClusterPlan;
}

async function listen(host: string, more: { ipv6Only?: boolean } = {}): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ ...more, port: 0, host }, resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const port = await listen("127.0.0.1");
  const server = servers.pop()!;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
