import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
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
