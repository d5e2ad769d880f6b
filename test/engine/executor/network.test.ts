import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { chooseAddresses, deviceName } from "../../../src/engine/executor/network-veth.ts";
import { openProxy, type Proxy } from "../../../src/engine/executor/tcp-proxy.ts";

const servers: Server[] = [];
const proxies: Proxy[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Sends a text, says that it was all, and reads the answer to its end. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  let answer = "";
  socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
  socket.end(text);
  await once(socket, "close");
  return answer;
}

afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close();
  for (const server of servers.splice(0)) server.close();
});

describe("a proxy of a host port", () => {
  it("hands bytes both ways, and the end of one side to the other", async () => {
    const target = await listen(createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)));
    const port = await freePort();
    proxies.push(
      await openProxy({ ip: "127.0.0.1", port }, () => Promise.resolve({ host: "127.0.0.1", port: target })),
    );
    const text = "x".repeat(1_000_000);
    expect(await exchange(port, text)).toBe(text);
  });

  it("lets connections wait until the container can be reached", async () => {
    const target = await listen(createServer((socket) => socket.end("there")));
    const port = await freePort();
    let connected: () => void = () => {};
    const network = new Promise<void>((resolve) => (connected = resolve));
    const reach = () => network.then(() => ({ host: "127.0.0.1", port: target }));
    proxies.push(await openProxy({ ip: "127.0.0.1", port }, reach));
    const answer = exchange(port, "");
    connected();
    expect(await answer).toBe("there");
  });

  it("breaks a connection off that nobody takes", async () => {
    const [port, nobody] = [await freePort(), await freePort()];
    proxies.push(
      await openProxy({ ip: "127.0.0.1", port }, () => Promise.resolve({ host: "127.0.0.1", port: nobody })),
    );
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => {});
    await once(socket, "close");
  });

  it("says that a port is taken", async () => {
    const port = await listen(createServer());
    await expect(openProxy({ ip: "127.0.0.1", port }, () => Promise.reject(new Error()))).rejects.toThrow(
      `Failed to bind on 127.0.0.1:${port}: Address already in use`,
    );
  });
});

describe("the addresses of a container and its host", () => {
  it("depend on the container alone, and lie in the range set aside for such", () => {
    const pair = chooseAddresses("c1", new Set());
    expect(pair).toEqual(chooseAddresses("c1", new Set()));
    expect(pair.host).toMatch(/^198\.1[89]\.\d+\.\d+$/);
    expect(Number(pair.container.split(".")[3])).toBe(Number(pair.host.split(".")[3]) + 1);
  });

  it("move on where they are taken", () => {
    const first = chooseAddresses("c1", new Set());
    const second = chooseAddresses("c1", new Set([first.host]));
    expect(second.host).not.toBe(first.host);
  });

  it("belong to a device whose name the kernel takes", () => {
    expect(deviceName("0a1b2c3d-4e5f-4a6b-8c7d-0a1b2c3d4e5f")).toBe("mup0a1b2c3d4e5");
  });
});
