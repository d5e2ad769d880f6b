// Whatever is thrown at a master: it answers or closes the connection, serves others meanwhile, and forgets it afterwards.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Asker, type Exchange } from "../fuzz/exchange.ts";
import { fuzz } from "../fuzz/fuzz.ts";
import { LiveAgent } from "../fuzz/live-agent.ts";
import { LiveFramework } from "../fuzz/live-framework.ts";
import { MasterProcess } from "../fuzz/master-process.ts";
import { APIS, completeCalls, eachFieldOnce, type Json, type JsonObject } from "../fuzz/samples.ts";
import { until } from "./support/until.ts";

const MEBIBYTE = 2 ** 20;
/** What a master may hold more than before without anybody having a leak to look for. */
const GROWTH_BYTES = 32 * MEBIBYTE;
/** One value of every type, some of them of the wrong kind too. */
const VALUES_OF_ALL_TYPES: readonly Json[] = [null, true, -1, "text", [[1]], { value: [] }];
const JSON_TYPE = { "Content-Type": "application/json" };

let master: MasterProcess;
let asker: Asker;

beforeAll(async () => {
  master = await MasterProcess.start();
  asker = new Asker(master.port);
});
afterAll(async () => {
  asker.close();
  await master.stop();
});

async function statusOf(exchange: Exchange): Promise<number | "closed"> {
  const outcome = await asker.ask(exchange);
  return outcome === "closed" ? outcome : outcome.status;
}

const post = (body: string | Buffer, headers: Record<string, string> = {}): Exchange => ({
  ...{ path: "/api/v1/scheduler", headers: { ...JSON_TYPE, ...headers }, body },
});

/** It takes frameworks, and shows its state. */
async function expectService(): Promise<void> {
  master.expectAlive();
  expect(await statusOf({ method: "GET", path: "/state" })).toBe(200);
  const framework = await LiveFramework.subscribe(master.port);
  framework.close();
}

/** Runs `attack`, and expects that soon afterwards the master holds hardly more than before. */
async function expectForgotten(attack: () => Promise<void>): Promise<void> {
  const before = await master.heldBytes();
  await attack();
  await until(
    "the master's memory is back where it was",
    async () => (await master.heldBytes()) < before + GROWTH_BYTES,
  );
}

describe("bodies", () => {
  it("that are cut short, are no UTF-8, or nest too deeply are refused", async () => {
    const call = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "x" } } });
    const bodies = [
      ...Array.from({ length: call.length }, (_, length) => Buffer.from(call.slice(0, length))),
      ...["\xff\xfe", "\xc0\xaf", '{"type":"\xff"}'].map((text) => Buffer.from(text, "latin1")),
      ...["[", "{", '{"a":'].map((text) => Buffer.from(text.repeat(1_000_000))),
      Buffer.from(`{"type":"TEARDOWN","x":${"[".repeat(1000)}${"]".repeat(1000)}}`),
    ];
    for (const body of bodies) expect(await statusOf(post(body))).toBe(400);
    await expectService();
  });

  it("that hold text which is no UTF-8 are taken with what stands for it", async () => {
    const call = '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"\xff\xfe"}}}';
    expect(await statusOf(post(Buffer.from(call, "latin1")))).toBe(200);
    await expectService();
  });

  it("with one string of 50 MB are read", async () => {
    const message = { agent_id: { value: "a" }, executor_id: { value: "e" }, data: "A".repeat(50 * MEBIBYTE) };
    const call = { type: "MESSAGE", framework_id: { value: "nobody" }, message };
    await expectForgotten(async () => {
      const text = JSON.stringify(call);
      expect(await asker.ask(post(text))).toMatchObject({ status: 400, body: "Framework cannot be found" });
      expect(await statusOf(post(text.slice(0, -1)))).toBe(400);
    });
  });

  it("of 100 MB are refused, announced or not, while others are served", async () => {
    const large = Buffer.alloc(100 * MEBIBYTE, " ");
    await expectForgotten(async () => {
      const attacks = Array.from({ length: 4 }, async (_, index) => {
        const headers = { ...JSON_TYPE, ...(index % 2 === 0 ? { "Transfer-Encoding": "chunked" } : {}) };
        return statusOf({ path: "/api/v1", headers, body: large });
      });
      const served = [expectService(), expectService()];
      expect(await Promise.all(attacks)).toEqual([413, 413, 413, 413]);
      await Promise.all(served);
    });
  });

  it("that unpack to much more than they are, or do not unpack, are refused", async () => {
    const bomb = gzipSync(Buffer.alloc(500 * MEBIBYTE), { level: 1 });
    await expectForgotten(async () => {
      expect(await statusOf(post(bomb, { "Content-Encoding": "gzip" }))).toBe(413);
      expect(await statusOf(post("not gzip", { "Content-Encoding": "gzip" }))).toBe(400);
    });
  });
});

describe("calls", () => {
  it.each(APIS)("of $path with a value of a wrong type in any field are answered, not with 500", async (api) => {
    let framework = await LiveFramework.subscribe(master.port);
    const agent = await LiveAgent.register(master.port, `typed${api.path.length}`);
    const failures: string[] = [];
    for (const { call, holder, key } of completeCalls(api).flatMap(eachFieldOnce())) {
      for (const strange of VALUES_OF_ALL_TYPES) {
        if (framework.ended) framework = await LiveFramework.subscribe(master.port);
        const before = holder[key] ?? null;
        holder[key] = strange;
        const body = JSON.stringify(withIds(call, { framework, agent }));
        holder[key] = before;
        const headers = call["type"] === "SUBSCRIBE" ? {} : { "Mesos-Stream-Id": framework.streamId };
        const status = await statusOf({ path: api.path, headers: { ...JSON_TYPE, ...headers }, body });
        if (status === 500 || status === "closed") failures.push(`${status} to ${key}: ${body.slice(0, 2000)}`);
      }
    }
    expect(failures).toEqual([]);
    framework.close();
    agent.close();
    await expectService();
  });
});

/** The call, meant for a framework and an agent that are there. */
function withIds(call: JsonObject, live: { framework: LiveFramework; agent: LiveAgent }): Json {
  const { framework, agent } = live;
  return JSON.parse(
    JSON.stringify(call)
      .replaceAll('"framework_id":{"value":"x"}', `"framework_id":{"value":"${framework.id}"}`)
      .replaceAll('"agent_id":{"value":"x"}', `"agent_id":{"value":"${agent.id}"}`)
      .replaceAll('"offer_ids":[{"value":"x"}]', `"offer_ids":[{"value":"${framework.offerIds.at(-1) ?? "x"}"}]`),
  ) as Json;
}

describe("connections", () => {
  const sockets: Socket[] = [];
  afterAll(() => sockets.forEach((socket) => socket.destroy()));

  async function open(text: string): Promise<Socket> {
    const socket = connect(master.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.write(text);
    return socket;
  }

  it("of a thousand subscribers that say half of what they should, or never read, hold nobody up", async () => {
    const body = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "half" } } });
    const head = `POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    await expectForgotten(async () => {
      const opened: Socket[] = [];
      for (let index = 0; index < 1000; index++) {
        const socket = await open(head + (index % 2 === 0 ? body.slice(0, 20) : body));
        opened.push(socket.pause());
      }
      await expectService();
      for (const socket of opened) socket.destroy();
      await until("their frameworks are gone", async () => {
        const state = await asker.ask({ method: "GET", path: "/frameworks" });
        return state !== "closed" && !/"active":true/.test(state.body);
      });
    });
    await expectService();
  });

  it("that bring one byte after the other hold nobody up", async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => open("POST /api/v1/sch")));
    const dribble = setInterval(() => slow.forEach((socket) => socket.write("e")), 20);
    await expectService();
    clearInterval(dribble);
    slow.forEach((socket) => socket.destroy());
    await expectService();
  });

  it("of agents that say nothing, or no JSON, or end at once, hold nobody up", async () => {
    const hello = "GET /internal/agent HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: mesos-up-agent/1\r\n\r\n";
    const silent = await Promise.all(Array.from({ length: 200 }, () => open(hello)));
    for (const said of ["4\nnull", "2\n{}", "x", "99999999999\n", '5\n{"a":', '3\n"a"']) {
      const socket = await open(hello + said);
      socket.resume();
      if (said !== '5\n{"a":') await once(socket, "close");
    }
    for (const socket of silent) socket.resetAndDestroy();
    await expectService();
  });
});

describe("a short fuzz run", () => {
  it("leaves a master that lives, serves, and holds what it held", async () => {
    const { outcomes, heldBytesBefore, heldBytesAfter } = await fuzz({ master, seed: 20_261_121, runs: 600 });
    expect(Object.keys(outcomes)).toContain("202");
    expect(heldBytesAfter).toBeLessThan(heldBytesBefore + GROWTH_BYTES);
    await expectService();
  });
});
