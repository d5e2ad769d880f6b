import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { beginTenure } from "../../src/client/zookeeper-tenure.ts";

const KINDS = { 1: "create", 4: "get", 5: "set" } as const;
const NO_NODE = -101;
const BAD_VERSION = -103;
const NODE_EXISTS = -110;

type Kind = (typeof KINDS)[keyof typeof KINDS];
type Nodes = Map<string, { data: string; version: number }>;

interface Options {
  /** Called when a request has been carried out, before it is answered; "break" takes the answer's place. */
  onDone: (kind: Kind, nodes: Nodes) => "break" | undefined;
}

/**
 * A ZooKeeper server over its own protocol, as far as a node is made, read and written: numbers are big-endian, texts and
 * data behind their length, messages behind theirs.
 */
async function startServer({ onDone }: Options) {
  const nodes: Nodes = new Map();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let isOpen = false;
    let rest = Buffer.alloc(0);
    socket.on("data", (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE()) {
        const message = rest.subarray(4, 4 + rest.readInt32BE());
        rest = rest.subarray(4 + message.length);
        if (isOpen) take(socket, message);
        else socket.write(framed(sessionOpened()));
        isOpen = true;
      }
    });
  });

  function take(socket: Socket, message: Buffer): void {
    const kind = KINDS[message.readInt32BE(4) as keyof typeof KINDS] as Kind | undefined;
    if (kind === undefined) {
      socket.end();
      return;
    }
    const { error, body } = carryOut(nodes, kind, message.subarray(8));
    if (onDone(kind, nodes) === "break") {
      socket.destroy();
      return;
    }
    const header = Buffer.alloc(16);
    message.copy(header, 0, 0, 4);
    header.writeInt32BE(error, 12);
    socket.write(framed(Buffer.concat([header, body])));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ nodes, connect: `127.0.0.1:${(server.address() as AddressInfo).port}` },
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function carryOut(nodes: Nodes, kind: Kind, request: Buffer): { error: number; body: Buffer } {
  const nothing = Buffer.alloc(0);
  const path = textAt(request, 0);
  const there = nodes.get(path);
  if (kind === "create") {
    if (there !== undefined) return { error: NODE_EXISTS, body: nothing };
    nodes.set(path, { data: textAt(request, 4 + path.length), version: 0 });
    return { error: 0, body: withLength(path) };
  }
  if (there === undefined) return { error: NO_NODE, body: nothing };
  if (kind === "get") return { error: 0, body: Buffer.concat([withLength(there.data), stat(there.version)]) };
  const data = textAt(request, 4 + path.length);
  const version = request.readInt32BE(8 + path.length + data.length);
  if (version !== -1 && version !== there.version) return { error: BAD_VERSION, body: nothing };
  nodes.set(path, { data, version: there.version + 1 });
  return { error: 0, body: stat(there.version + 1) };
}

function textAt(message: Buffer, at: number): string {
  return message.toString("latin1", at + 4, at + 4 + message.readInt32BE(at));
}

function withLength(text: string): Buffer {
  return framed(Buffer.from(text, "latin1"));
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}

function sessionOpened(): Buffer {
  const response = Buffer.alloc(36);
  response.writeInt32BE(10_000, 4);
  response.writeInt32BE(1, 12);
  response.writeInt32BE(16, 16);
  return response;
}

function stat(version: number): Buffer {
  const all = Buffer.alloc(68);
  all.writeInt32BE(version, 32);
  return all;
}

/** Seizes /head while something happens at the server; gives the version it says it has, and what is there then. */
async function seized(onDone: Options["onDone"], before?: { data: string; version: number }) {
  await using server = await startServer({ onDone });
  if (before !== undefined) server.nodes.set("/head", before);
  const tenure = await beginTenure({ kind: "zookeeper", connect: server.connect, path: "/" }, 10_000);
  const version = await tenure.seize("/head");
  await tenure.close();
  return { version, there: server.nodes.get("/head") };
}

const once = (happens: Options["onDone"]): Options["onDone"] => {
  let has = false;
  return (kind, nodes) => {
    if (has) return undefined;
    const outcome = happens(kind, nodes);
    has = outcome !== undefined || nodes.get("/head")?.data === "another's";
    return outcome;
  };
};

describe("seizing a node", () => {
  it("makes it, with a version that transactions can require", async () => {
    expect(await seized(() => undefined)).toEqual({ version: 1, there: { data: "", version: 1 } });
  });

  it("leaves what is in it", async () => {
    const before = { data: "mine", version: 7 };
    expect(await seized(() => undefined, before)).toEqual({ version: 8, there: { data: "mine", version: 8 } });
  });

  it.each([0, 3])("does not undo what another writes between its reading and writing version %i", async (version) => {
    const other = once((kind, nodes) => {
      if (kind === "get") nodes.set("/head", { data: "another's", version: version + 1 });
      return undefined;
    });
    expect(await seized(other, { data: "", version })).toEqual({
      version: version + 2,
      there: { data: "another's", version: version + 2 },
    });
  });

  it("knows its version also where the answer was lost", async () => {
    const lost = once((kind) => (kind === "set" ? "break" : undefined));
    expect(await seized(lost, { data: "mine", version: 7 })).toEqual({
      version: 9,
      there: { data: "mine", version: 9 },
    });
  });

  it("makes one anew that is removed meanwhile", async () => {
    let removed = false;
    const gone = (kind: Kind, nodes: Nodes) => {
      if (kind === "get" && !removed) removed = nodes.delete("/head");
      return undefined;
    };
    expect(await seized(gone, { data: "mine", version: 7 })).toEqual({ version: 1, there: { data: "", version: 1 } });
  });
});
