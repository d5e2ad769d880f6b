import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import {
  acceptAgent,
  connectToMaster,
  LinkRefusedError,
  type MasterSideLink,
} from "../../../src/engine/common/agent-link.ts";
import { HttpRoutes } from "../../../src/engine/common/http-routes.ts";
import { listen } from "../../../src/engine/common/http-server.ts";
import { refuseUpgrade } from "../../../src/engine/common/http-upgrade.ts";
import { turns } from "../../../src/engine/common/turns.ts";
import {
  AGENT_LINK_PATH,
  AGENT_LINK_PROTOCOL,
  type AgentToMaster,
  type MasterToAgent,
} from "../../../src/engine/protocol.ts";
import { encodeRecord } from "../../../src/mesos/recordio.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A master that takes agents, or refuses them, and what it has heard. */
async function master(takes: boolean, heardAll = { count: Infinity, done: () => {} }) {
  const heard: AgentToMaster[] = [];
  let accepted: (link: MasterSideLink) => void = () => {};
  let closed: () => void = () => {};
  const link = new Promise<MasterSideLink>((resolve) => (accepted = resolve));
  const ended = new Promise<void>((resolve) => (closed = resolve));
  const hear = (message: AgentToMaster): void => {
    if (heard.push(message) === heardAll.count) heardAll.done();
  };
  const routes = new HttpRoutes(["/master"]).upgrade(AGENT_LINK_PATH, (incoming, socket, head) => {
    if (!takes) {
      refuseUpgrade(socket, 503, "Service Unavailable");
      return;
    }
    const handlers = { onMessage: hear, onClose: () => closed() };
    const taken = acceptAgent({ incoming, socket, head }, handlers);
    if (taken) accepted(taken);
  });
  const { server, port } = await listen(routes, { ip: "127.0.0.1", port: 0 });
  closers.push(() => server.close());
  return { port, heard, link, ended };
}

describe("the connection between agent and master", () => {
  it("carries messages in order, both ways, until one side closes it", async () => {
    let gotAll: () => void = () => {};
    const all = new Promise<void>((resolve) => (gotAll = resolve));
    const { port, heard, link, ended } = await master(true, { count: 100, done: gotAll });
    const told: MasterToAgent[] = [];
    let done: () => void = () => {};
    const closed = new Promise<void>((resolve) => (done = resolve));
    const agent = await connectToMaster(
      { host: "127.0.0.1", port },
      { onMessage: (message) => told.push(message), onClose: () => done() },
    );
    const ping: MasterToAgent = { type: "PING", ping: { connected: true } };
    for (let n = 0; n < 100; n++) agent.send({ type: n % 2 ? "PONG" : "UNREGISTER" });
    const masterSide = await link;
    await all;
    masterSide.send(ping);
    masterSide.send({ type: "SHUTDOWN", shutdown: { message: "é".repeat(50_000) } });
    masterSide.close();
    await closed;
    await ended;
    expect(told).toEqual([ping, { type: "SHUTDOWN", shutdown: { message: "é".repeat(50_000) } }]);
    expect(heard).toHaveLength(100);
    expect(heard.slice(0, 2).map(({ type }) => type)).toEqual(["UNREGISTER", "PONG"]);
    expect(agent.closed).toBe(true);
  });

  it("hears what an agent said last also where a busy master gets to it after the end", async () => {
    const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
    const incoming = { headers: { upgrade: AGENT_LINK_PROTOCOL }, socket: { setNoDelay() {}, setTimeout() {} } };
    const heard: string[] = [];
    const closed = new Promise<void>((resolve) => {
      const onClose = () => {
        heard.push("the end");
        resolve();
      };
      const onMessage = ({ type }: AgentToMaster) => void heard.push(type);
      const head = Buffer.alloc(0);
      acceptAgent({ incoming: incoming as unknown as IncomingMessage, socket, head }, { onMessage, onClose });
    });
    turns.run(() => {
      const untilMs = performance.now() + 50;
      while (performance.now() < untilMs);
    });
    socket.push(encodeRecord(JSON.stringify({ type: "UNREGISTER" })));
    socket.push(null);
    await closed;
    expect(heard).toEqual(["UNREGISTER", "the end"]);
  });

  it("tells an agent that the master does not take it", async () => {
    const { port } = await master(false);
    const handlers = { onMessage: () => {}, onClose: () => {} };
    const refusal = await connectToMaster({ host: "127.0.0.1", port }, handlers).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(LinkRefusedError);
    expect(refusal).toMatchObject({ status: 503 });
  });
});
