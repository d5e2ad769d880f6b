import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import library from "node-zookeeper-client";
import { describe, expect, it } from "vitest";
import { mendZooKeeperClient, silenceOf } from "../../src/zookeeper/mend-zookeeper-client.ts";

/** ConnectResponse: length, protocol version, timeout, session ID, length of the password and the password. */
function connectResponse(sessionId = 0, timeoutMs = 10_000): Buffer {
  const response = Buffer.alloc(4 + 36);
  response.writeInt32BE(36, 0);
  response.writeInt32BE(timeoutMs, 8);
  response.writeInt32BE(sessionId, 16);
  response.writeInt32BE(16, 20);
  return response;
}

/** A server that takes no more connections, and refuses none: as little is heard of it as of a machine that is gone. */
async function serverThatTakesNone(): Promise<{ port: number } & AsyncDisposable> {
  const program = `require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
    process.stdout.write(this.address().port + "\\n", () => process.kill(process.pid, "SIGSTOP"));
  })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(line.toString());
  await expect.poll(() => /^State:\tT/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"))).toBe(true);
  const waiting = Array.from({ length: 4 }, () => connect(port, "127.0.0.1"));
  for (const socket of waiting) socket.on("error", () => undefined);
  await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, "connect")));
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

describe("mendZooKeeperClient", () => {
  it("tries another connection when a server accepts one and never answers on it", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      if (sockets.length > 1) socket.write(connectResponse());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = mendZooKeeperClient(library.createClient(address, { sessionTimeout: 10_000, spinDelay: 5 }));
    client.connect();
    await once(client, "connected");
    expect(sockets).toHaveLength(2);
    client.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("tries another server where one does not even take the connection", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.write(connectResponse());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await using silent = await serverThatTakesNone();
    const ports = [silent.port, (server.address() as AddressInfo).port];
    const addresses = ports.map((port) => `127.0.0.1:${port}`).join();
    // The library alone would wait for two minutes.
    const client = mendZooKeeperClient(library.createClient(addresses, { sessionTimeout: 240_000, spinDelay: 5 }));
    const { connectionManager: manager } = client as typeof client & {
      connectionManager: { servers: { port: string }[] };
    };
    manager.servers.sort((one) => (Number(one.port) === silent.port ? -1 : 1));
    client.connect();
    await once(client, "connected");
    client.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("takes no harm from the answer to a session that was closed while it was being opened", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = mendZooKeeperClient(library.createClient(address, { sessionTimeout: 10_000, spinDelay: 5 }));
    client.connect();
    const [socket] = (await once(server, "connection")) as [Socket];
    await once(socket, "data");
    client.close();
    socket.write(connectResponse(0x5261e403));
    // The client hangs up; unmended it would have thrown where nobody can catch.
    await once(socket, "close");
    await new Promise((resolve) => server.close(resolve));
  });

  it("leaves a server that has said nothing for most of the session's time for another connection", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.write(connectResponse(1, 300));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = mendZooKeeperClient(library.createClient(address, { sessionTimeout: 300, spinDelay: 5 }));
    expect(silenceOf(client)).toBe(Infinity);
    client.connect();
    await once(client, "connected");
    expect(silenceOf(client)).toBeLessThan(Infinity);
    await once(client, "disconnected");
    await once(client, "connected");
    expect(sockets.length).toBeGreaterThan(1);
    client.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
