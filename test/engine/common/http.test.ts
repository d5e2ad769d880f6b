import { request } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { json, text } from "../../../src/engine/common/http.ts";
import { BODY_LIMIT_BYTES } from "../../../src/engine/common/http-body.ts";
import { HttpRoutes } from "../../../src/engine/common/http-routes.ts";
import { BindError, listen } from "../../../src/engine/common/http-server.ts";
import { JsonList, JsonParts } from "../../../src/engine/common/json-parts.ts";
import { createLog } from "../../../src/engine/common/log.ts";

const LISTED = Array.from({ length: 20_000 }, (_, index) => ({ index, name: `item ${index} é` }));

function* endingBadly(): Generator {
  yield* LISTED;
  throw new Error("lost");
}

const routes = new HttpRoutes(["/master"])
  .route("/echo", (asked) => text(200, `${asked.method} ${asked.path} ${asked.body.toString("utf8")}`))
  .route("/state", (asked) => json({ a: 1 }, asked.query.get("jsonp")))
  .route("/large", () => json("x".repeat(10_000)))
  .route("/listed", (asked) => json(new JsonParts({ items: new JsonList(LISTED) }), asked.query.get("jsonp")))
  .route("/short", () => json(new JsonParts({ items: new JsonList([1]) })))
  .route("/breaks-off", () => json(new JsonParts({ items: new JsonList(endingBadly()) })))
  .route("/broken", () => {
    throw new Error("lost");
  });
const logged: string[] = [];
const log = createLog(
  {
    ...{ program: "mesos-master", level: "INFO", pid: 8827, hostname: "host", user: "me" },
    stderr: (line) => logged.push(line),
    now: () => new Date(2026, 10, 21, 5, 57, 11, 4),
  },
  "master.cpp",
);
let server: Awaited<ReturnType<typeof listen>>["server"];
let port: number;

beforeAll(async () => {
  ({ server, port } = await listen(routes, { ip: "127.0.0.1", port: 0, log }));
});
afterAll(() => server.close());

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
};

/** Sends bytes as they are, one part after the other; resolves with the first answer, or what came of it. */
function rawTo(at: number, parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(at, "127.0.0.1", () => {
      const send = ([part, ...rest]: string[]): void => {
        if (part !== undefined) socket.write(part, () => setImmediate(send, rest));
      };
      send(parts);
    });
    socket.on("data", (part) => {
      answer += part.toString("latin1");
      const [head = "", body] = answer.split("\r\n\r\n", 2);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
      if (body !== undefined && body.length >= length) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}
const raw = (...parts: string[]): Promise<string> => rawTo(port, parts);

describe("the HTTP server", () => {
  it.each(["identity", "gzip"])("writes a long body as it comes to be, with %s", async (encoding) => {
    const headers = { "Accept-Encoding": encoding };
    const plain = await fetch(`http://127.0.0.1:${port}/listed`, { headers });
    expect(plain.headers.get("content-length")).toBe(null);
    expect(await plain.json()).toEqual({ items: LISTED });
    const wrapped = await fetch(`http://127.0.0.1:${port}/listed?jsonp=f`, { headers });
    expect(await wrapped.text()).toBe(`f(${JSON.stringify({ items: LISTED })});`);
  });

  it("tells the length of a body that is short", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/short`);
    expect(answer.headers.get("content-length")).toBe("13");
    expect(await answer.text()).toBe('{"items":[1]}');
  });

  it("stops making a body that nobody reads to its end", async () => {
    const leaving = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${port}/listed`, { signal: leaving.signal });
    leaving.abort();
    await expect(answer.text()).rejects.toThrow();
    expect((await ask("/short")).status).toBe(200);
  });

  it("breaks the connection off where a long body cannot be finished", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/breaks-off`);
    await expect(answer.text()).rejects.toThrow();
    expect(logged.at(-1)).toMatch(/Failed to answer GET '\/breaks-off': Error: lost/);
  });

  it.each(["/echo", "/master/echo", "/echo/below"])("answers %s", async (path) => {
    expect((await ask(path, { method: "POST", body: "hi" })).body).toBe(`POST ${path} hi`);
  });

  it.each(["/", "/nothing", "/masterecho", "/state.json", "/%"])("answers %s with 404", async (path) => {
    expect(await ask(path)).toEqual({ status: 404, type: "text/plain; charset=utf-8", body: "404 Not Found." });
  });

  it("wraps JSON for script tags when asked to", async () => {
    expect(await ask("/state?jsonp=show")).toEqual({ status: 200, type: "text/javascript", body: 'show({"a":1});' });
  });

  it("unpacks what comes packed, and packs what is large for those who take it", async () => {
    const headers = { "Content-Encoding": "gzip", "Accept-Encoding": "gzip" };
    expect((await ask("/echo", { method: "POST", body: gzipSync("packed"), headers })).body).toMatch(/ packed$/);
    expect((await ask("/large", { headers: { "Accept-Encoding": "gzip" } })).body).toHaveLength(10_002);
  });

  it("answers 500 where a handler fails, says so in the log, and goes on", async () => {
    logged.length = 0;
    expect((await ask("/broken?a=b", { method: "POST" })).status).toBe(500);
    expect((await ask("/state")).status).toBe(200);
    expect(logged).toEqual([
      expect.stringMatching(
        /^E20261121 05:57:11\.004000  8827 process\.cpp:1\] Failed to answer POST '\/broken\?a=b': Error: lost\n    at /,
      ),
    ]);
  });

  it("refuses a body beyond the limit while it comes", async () => {
    const status = await new Promise((resolve) => {
      const length = BODY_LIMIT_BYTES + 1024;
      const asked = request({ port, method: "POST", path: "/echo", headers: { "Content-Length": length } }, (answer) =>
        resolve(answer.statusCode),
      );
      asked.on("error", () => {});
      const part = Buffer.alloc(1024 * 1024);
      const send = (left: number): void => {
        if (left > 0 && !asked.destroyed) asked.write(part, () => send(left - 1));
      };
      send(BODY_LIMIT_BYTES / part.length + 1);
    });
    expect(status).toBe(413);
  });

  it("refuses a body that is announced to be beyond the limit without waiting for it", async () => {
    const answered = raw(`POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY_LIMIT_BYTES + 1}\r\n\r\nbegun`);
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
  });

  it.each([
    ["is not packed as it says", Buffer.from("not gzip"), 400],
    ["unpacks to more than the limit", gzipSync(Buffer.alloc(BODY_LIMIT_BYTES + 1)), 413],
  ])("refuses a body that %s", async (_what, body, status) => {
    expect((await ask("/echo", { method: "POST", body, headers: { "Content-Encoding": "gzip" } })).status).toBe(status);
  });

  it("serves clients that offer another protocol as if they had not, whenever their bodies come", async () => {
    const head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 6\r\n\r\n";
    expect(await raw(head, "hel", "lo\n")).toMatch(/^HTTP\/1\.1 200 OK[^]* hello\n$/);
  });

  it.each(["GET // HTTP/1.1", "GET http://[ HTTP/1.1", "GET /%zz HTTP/1.1"])(
    "answers 404 to %s, upgrade or not",
    async (line) => {
      expect(await raw(`${line}\r\nHost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
      expect(await raw(`${line}\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  it("closes the connection of a client that takes too long for its request", async () => {
    const patience = { headMs: 20, requestMs: 40 };
    const impatient = await listen(routes, { ip: "127.0.0.1", port: 0, patience });
    for (const begun of ["GET /state HT", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"])
      expect(await rawTo(impatient.port, [begun])).toMatch(/^HTTP\/1\.1 408 /);
    impatient.server.close();
  });

  it("hands a stream over as it comes, however long it takes, where a path takes streams", async () => {
    const patience = { headMs: 20, requestMs: 1 };
    const streaming = new HttpRoutes([])
      .route("/whole", ({ stream }) => text(200, `${stream === undefined}`))
      .routeStreams("/streams", async ({ stream, body }) => {
        const parts: string[] = [];
        for await (const part of stream ?? []) parts.push(String(part));
        return text(200, `${parts.join("|")} ${body.length}`);
      });
    const { server, port } = await listen(streaming, { ip: "127.0.0.1", port: 0, patience });
    const send = (path: string, type: string) =>
      new Promise<string>((resolve) => {
        const headers = { "Content-Type": type };
        const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
          answer.setEncoding("utf8").on("data", (said: string) => resolve(`${answer.statusCode} ${said}`));
          answer.on("end", () => resolve(`${answer.statusCode}`));
        });
        outgoing.write("a");
        setTimeout(() => outgoing.end("b"), 100);
      });
    expect(await send("/streams", "application/recordio")).toBe("200 a|b 0");
    expect(await send("/streams", "application/json")).toBe("408");
    expect(await send("/whole", "application/recordio")).toBe("408");
    server.close();
  });

  it("outlives requests that are cut short", async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
        socket.destroy();
      });
      socket.on("close", () => resolve());
    });
    expect((await ask("/state")).status).toBe(200);
  });

  it("says who has the port, in Mesos's words", async () => {
    const { port: taken } = server.address() as AddressInfo;
    const failure = listen(routes, { ip: "127.0.0.1", port: taken });
    await expect(failure).rejects.toThrow(BindError);
    await expect(failure).rejects.toThrow(
      `Failed to initialize: Failed to bind on 127.0.0.1:${taken}: Address already in use`,
    );
  });
});

it("refuses bodies that together are more than there is room for, and goes on when one of them is over", async () => {
  const routes = new HttpRoutes([]).route("/echo", ({ body }) => text(200, String(body.length)));
  const narrow = await listen(routes, { ip: "127.0.0.1", port: 0, bodiesLimitBytes: 100 });
  const head = (length: number): string => `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
  const open = (start: string): { socket: Socket; answer: Promise<string> } => {
    const socket = connect(narrow.port, "127.0.0.1", () => socket.write(start));
    return { socket, answer: new Promise((resolve) => socket.once("data", (data) => resolve(data.toString()))) };
  };
  const first = open(head(80) + "x".repeat(79));
  const arrived = (): Promise<number> => new Promise((resolve) => narrow.server.getConnections((_, n) => resolve(n)));
  await expect.poll(arrived).toBe(1);
  const second = await vi.waitFor(
    async () => {
      const tried = open(head(60) + "y".repeat(60));
      const answer = await tried.answer;
      tried.socket.destroy();
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      return answer;
    },
    { timeout: 60_000 },
  );
  expect(second).toContain("413 Request Entity Too Large.");
  first.socket.write("x");
  expect(await first.answer).toMatch(/^HTTP\/1\.1 200 /);
  const third = open(head(60) + "z".repeat(60));
  expect(await third.answer).toMatch(/^HTTP\/1\.1 200 /);
  for (const { socket } of [first, third]) socket.destroy();
  narrow.server.close();
});
