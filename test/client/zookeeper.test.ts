import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { parseServerReport, probeZooKeeper, waitForZooKeeper } from "../../src/client/zookeeper.ts";
import { impatientClock } from "./fake-clock.ts";

const REPORT = `Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC
Latency min/avg/max: 0/0.0/0
Mode: standalone
Node count: 5
`;

/** Something that answers four-letter words, and opens sessions if asked to. */
async function fakeZooKeeper(answers: { ruok: string; srvr: string; session?: boolean }) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const word = data.toString("latin1");
      if (word === "ruok" || word === "srvr") socket.end(answers[word]);
      else if (answers.session === true) answerSession(socket, data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** ConnectRequest → ConnectResponse; any request → an empty success; the end of the session → the end. */
function answerSession(socket: Socket, data: Buffer): void {
  for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
    const isConnect = data.readInt32BE(at) > 40;
    const type = isConnect ? 0 : data.readInt32BE(at + 8);
    const body = Buffer.alloc(isConnect ? 36 : 16 + 68);
    if (isConnect) {
      body.writeInt32BE(10_000, 4);
      body.writeInt32BE(16, 16);
    } else {
      data.copy(body, 0, at + 4, at + 8);
    }
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length);
    if (type === -11) socket.end();
    else socket.write(Buffer.concat([length, body]));
  }
}

describe("ZooKeeper", () => {
  it("is ready when it answers, says its mode and opens a session", async () => {
    await using server = await fakeZooKeeper({ ruok: "imok", srvr: REPORT, session: true });
    expect(await probeZooKeeper("127.0.0.1", server.port)).toEqual({ version: "3.8.0", mode: "standalone" });
  });

  it("is ready also where ruok is not allowed", async () => {
    const ruok = "ruok is not executed because it is not in the whitelist.";
    await using server = await fakeZooKeeper({ ruok, srvr: REPORT, session: true });
    expect(await probeZooKeeper("127.0.0.1", server.port)).toMatchObject({ mode: "standalone" });
  });

  it("that only listens is not ready", async () => {
    await using server = await fakeZooKeeper({
      ruok: "imok",
      srvr: "This ZooKeeper instance is not currently serving requests",
    });
    await expect(probeZooKeeper("127.0.0.1", server.port)).rejects.toMatchObject({
      code: "ZOOKEEPER_NOT_SERVING",
      message: expect.stringContaining("not currently serving") as string,
    });
  });

  it("that opens no session is not ready", async () => {
    await using server = await fakeZooKeeper({ ruok: "imok", srvr: REPORT });
    const probe = probeZooKeeper("127.0.0.1", server.port, { limitMs: 100 });
    await expect(probe).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  it("is waited for until it is there, or the signal is aborted", async () => {
    const abort = new AbortController();
    const wait = waitForZooKeeper("127.0.0.1", 1, {
      signal: abort.signal,
      clock: impatientClock,
      onWaiting: (reason) => abort.abort(new Error(reason)),
    });
    await expect(wait).rejects.toThrow("ZooKeeper at 127.0.0.1:1 gave no answer");
  });

  it("reports its version and mode", () => {
    expect(parseServerReport(REPORT)).toEqual({ version: "3.8.0", mode: "standalone" });
    expect(parseServerReport(REPORT.replace("standalone", "follower"))?.mode).toBe("follower");
    expect(parseServerReport("")).toBeUndefined();
  });
});
