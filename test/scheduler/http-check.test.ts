import { describe, expect, it } from "vitest";
import { checkHttp, HttpCheckError } from "../../src/scheduler/http-check.ts";
import type { HttpExpectation } from "../../src/scheduler/http-check.ts";
import { ScriptedMaster, status } from "../client/scripted-master.ts";

const LONGEST_PAUSE_MS = 200;
const PAGE = "<h1>Grüße</h1>";

/** A clock on which the pauses between requests are over at once, and the limits of single requests are never reached. */
function racingClock() {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: (durationMs: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        if (durationMs > LONGEST_PAUSE_MS) return;
        nowMs += durationMs;
        setImmediate(resolve);
      }),
  };
}

async function check(server: ScriptedMaster, expect: Partial<HttpExpectation> = {}) {
  return checkHttp({
    url: `${server.url}/`,
    expect: { status: 200, ...expect },
    timeoutMs: 20_000,
    clock: racingClock(),
    random: () => 1,
  });
}

async function failure(server: ScriptedMaster, expect: Partial<HttpExpectation> = {}): Promise<HttpCheckError> {
  const error: unknown = await check(server, expect).catch((thrown: unknown) => thrown);
  if (error instanceof HttpCheckError) return error;
  throw new Error("It did not fail.");
}

describe("an HTTP check", () => {
  it("tells what it saw", async () => {
    await using server = await ScriptedMaster.start();
    server.on("/", status(200, PAGE, { Server: "nginx/1.22.1" }));
    const result = await check(server, {
      headers: { server: "NGINX" },
      bodyContains: "Grüße",
      bodyEquals: Buffer.from(PAGE),
    });
    expect(result).toMatchObject({
      url: `${server.url}/`,
      status: 200,
      server: "nginx/1.22.1",
      firstBytes: PAGE,
      attempts: 1,
      bodyMatches: true,
    });
  });

  it("asks until the answer is right", async () => {
    await using server = await ScriptedMaster.start();
    let asked = 0;
    server.on("/", (response, request) => {
      asked++;
      if (asked === 1) response.destroy();
      else status(asked === 2 ? 502 : 200, asked === 3 ? "starting" : "ready")(response, request);
    });
    expect(await check(server, { bodyContains: "ready" })).toMatchObject({ attempts: 4, firstBytes: "ready" });
  });

  it.each<[string, Partial<HttpExpectation>, RegExp]>([
    ["the status", { status: 201 }, /status 200 came instead of 201; its body began with "<h1>/],
    ["a missing header", { headers: { "X-Served-By": "a" } }, /there was no header X-Served-By/],
    ["a header's value", { headers: { server: "apache" } }, /header server was "nginx", without "apache"/],
    ["a text", { bodyContains: "Hello" }, /the body did not contain "Hello"/],
    ["the whole body", { bodyEquals: Buffer.from("x") }, /a body of 16 bytes came, not the expected one of 1/],
  ])("fails over %s, and says what came instead", async (_name, expectation, message) => {
    await using server = await ScriptedMaster.start();
    server.on("/", status(200, PAGE, { Server: "nginx" }));
    const error = await failure(server, expectation);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/within 20 s/);
    expect(error.evidence).toMatchObject({ status: 200, server: "nginx", firstBytes: PAGE });
    expect(error.evidence.attempts).toBeGreaterThan(50);
    expect(error.evidence.bodyMatches).toBe(expectation.bodyEquals === undefined ? undefined : false);
  });

  it("does not follow redirects, which are answers too", async () => {
    await using server = await ScriptedMaster.start();
    server.on("/", status(307, "", { Location: "/elsewhere" }));
    expect(await check(server, { status: 307 })).toMatchObject({ status: 307 });
  });

  it("fails over nobody answering", async () => {
    const server = await ScriptedMaster.start();
    const { url } = server;
    await server[Symbol.asyncDispose]();
    const result = checkHttp({
      url,
      expect: { status: 200 },
      timeoutMs: 20_000,
      clock: racingClock(),
      random: () => 1,
    });
    await expect(result).rejects.toMatchObject({
      code: "HTTP_CHECK_FAILED",
      message: expect.stringContaining("ECONNREFUSED") as string,
      evidence: { firstBytes: "", server: "" },
    });
  });

  it("ends with the signal's reason", async () => {
    await using server = await ScriptedMaster.start();
    const abort = new AbortController();
    server.on("/", () => abort.abort(new Error("enough")));
    const result = checkHttp({
      url: `${server.url}/`,
      expect: { status: 200 },
      timeoutMs: 60_000,
      signal: abort.signal,
    });
    await expect(result).rejects.toThrow("enough");
  });

  it("that a time limit further out ends tells what came last", async () => {
    await using server = await ScriptedMaster.start();
    const abort = new AbortController();
    let asked = 0;
    server.on("/", (response, request) => {
      if (++asked === 1) status(404, "nothing here", { Server: "nginx" })(response, request);
      else abort.abort();
    });
    const options = { url: `${server.url}/`, expect: { status: 200 }, timeoutMs: 60_000, signal: abort.signal };
    await expect(checkHttp(options)).rejects.toMatchObject({
      code: "HTTP_CHECK_FAILED",
      message: expect.stringContaining("status 404 came instead of 200") as string,
      evidence: { status: 404, server: "nginx", firstBytes: "nothing here", attempts: 1 },
    });
  });

  it("that a time limit ends before anything came says so", async () => {
    await using server = await ScriptedMaster.start();
    const abort = new AbortController();
    server.on("/", () => abort.abort());
    const options = { url: `${server.url}/`, expect: { status: 200 }, timeoutMs: 60_000, signal: abort.signal };
    await expect(checkHttp(options)).rejects.toMatchObject({
      message: expect.stringContaining("no answer has come yet") as string,
      evidence: { url: `${server.url}/`, firstBytes: "" },
    });
  });
});
