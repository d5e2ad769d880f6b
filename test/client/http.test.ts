import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { apiError } from "../../src/client/api-errors.ts";
import { backoffMs } from "../../src/client/backoff.ts";
import { HttpClient, redirectTarget, UnreachableError } from "../../src/client/http.ts";
import { json, ScriptedMaster, status } from "./scripted-master.ts";

describe("an HTTP client", () => {
  it("reads JSON", async () => {
    await using master = await ScriptedMaster.start();
    await using http = new HttpClient();
    master.on("/version", json({ version: "1.12.0" }));
    expect(await http.json({ url: `${master.url}/version` })).toEqual({ version: "1.12.0" });
  });

  it("follows redirects to the leading master, and no more of them than a few", async () => {
    await using leader = await ScriptedMaster.start();
    await using other = await ScriptedMaster.start();
    await using http = new HttpClient();
    leader.on("/master/state", json({ leader: true }));
    other.on("/state", status(307, "", { Location: `${leader.url}/master/state` }));
    other.on("/loop", status(307, "", { Location: `${other.url}/loop` }));
    expect(await http.json({ url: `${other.url}/state` })).toEqual({ leader: true });
    await expect(http.json({ url: `${other.url}/loop` })).rejects.toMatchObject({ code: "NOT_LEADING", status: 307 });
    const answer = await http.request({ url: `${other.url}/state`, followRedirects: false });
    expect(answer.status).toBe(307);
  });

  it("does not follow a master to itself, which is where one redirects that its predecessor still stands for", async () => {
    await using master = await ScriptedMaster.start();
    await using http = new HttpClient();
    master.on("/state", status(307, "", { Location: `${master.url}/master/state` }));
    master.on("/master/state", status(404, "404 Not Found."));
    await expect(http.json({ url: `${master.url}/state` })).rejects.toMatchObject({
      code: "NOT_LEADING",
      retryable: true,
    });
  });

  it("says who gave no answer", async () => {
    const master = await ScriptedMaster.start();
    const { url } = master;
    await master[Symbol.asyncDispose]();
    await using http = new HttpClient();
    const failure = http.request({ url: `${url}/state` });
    await expect(failure).rejects.toBeInstanceOf(UnreachableError);
    await expect(failure).rejects.toMatchObject({
      code: "UNREACHABLE",
      url,
      message: expect.stringMatching(/^http.* gave no answer: .*ECONNREFUSED/) as string,
    });
  });

  it("says so too when the connection breaks half-way", async () => {
    await using master = await ScriptedMaster.start();
    await using http = new HttpClient();
    master.on("/state", (response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half", () => response.destroy());
    });
    await expect(http.request({ url: `${master.url}/state` })).rejects.toBeInstanceOf(UnreachableError);
  });

  it("gives the signal's reason when it is aborted", async () => {
    await using master = await ScriptedMaster.start();
    await using http = new HttpClient();
    const abort = new AbortController();
    master.on("/state", () => abort.abort(new Error("enough")));
    await expect(http.request({ url: `${master.url}/state`, signal: abort.signal })).rejects.toThrow("enough");
  });

  it("connects no more where it is aborted before it could begin to", async () => {
    const server = createServer((socket) => socket.destroy());
    let connections = 0;
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const aborting = new AbortController();
    await using http = new HttpClient();
    const { port } = server.address() as AddressInfo;
    const asked = http.json({ url: `http://127.0.0.1:${port}/version`, signal: aborting.signal });
    aborting.abort(new Error("given up"));
    await expect(asked).rejects.toThrow("given up");
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });

  it("gives it while it connects, too, however long that may take", async () => {
    // Whoever speaks TLS is connected only when the other side has answered, which this one never does.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const connected = once(silent, "connection");
    const aborting = new AbortController();
    await using http = new HttpClient();
    const { port } = silent.address() as AddressInfo;
    const asked = http.json({ url: `https://127.0.0.1:${port}/version`, signal: aborting.signal });
    const [socket] = (await connected) as [Socket];
    aborting.abort(new Error("given up"));
    await expect(asked).rejects.toThrow("given up");
    expect(socket.readyState).toBe("open");
    socket.destroy();
    silent.close();
  });
});

describe("a redirect's target", () => {
  it.each([
    ["http://10.0.0.2:5050/master/state", "http://10.0.0.2:5050/master/state"],
    ["//10.0.0.2:5050/master/api/v1/scheduler", "http://10.0.0.2:5050/master/api/v1/scheduler"],
    ["/elsewhere", "http://10.0.0.1:5050/elsewhere"],
  ])("may be written as %s", (location, target) => {
    expect(redirectTarget("http://10.0.0.1:5050/state", location)).toBe(target);
  });

  it("may be missing", () => {
    expect(redirectTarget("http://10.0.0.1:5050/state", undefined)).toBeUndefined();
    expect(redirectTarget("http://10.0.0.1:5050/state", "http://[")).toBeUndefined();
  });
});

describe("an answer other than success", () => {
  it.each([
    [307, "", "NOT_LEADING", true, true],
    [400, "Failed to validate scheduler::Call: Expecting 'kill' to be present", "CALL_REFUSED", false, false],
    [400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header", "STREAM_ID_REFUSED", false, true],
    [400, "The stream ID 'a' included in this request didn't match …", "STREAM_ID_REFUSED", false, true],
    [400, "Framework cannot be found", "FRAMEWORK_UNKNOWN", false, true],
    [403, "Framework is not subscribed", "FRAMEWORK_NOT_SUBSCRIBED", false, true],
    [403, "Not allowed", "FORBIDDEN", false, false],
    [404, "", "NOT_FOUND", false, false],
    [503, "Master has not finished recovery", "MASTER_NOT_READY", true, false],
    [500, "", "UNEXPECTED_ANSWER", true, false],
    [418, "", "UNEXPECTED_ANSWER", false, false],
  ])("of %i %j means %s", (code, body, name, retryable, subscriptionLost) => {
    const error = apiError("KILL", "http://m:5050", { status: code, body });
    expect(error).toMatchObject({ code: name, retryable, subscriptionLost, status: code, body });
    expect(error.message).toMatch(`http://m:5050 answered KILL with ${code}`);
    expect(error.hint).toMatch(/\.$/);
  });
});

describe("the wait between attempts", () => {
  it("doubles up to its limit and is spread by chance over its upper half", () => {
    const options = { firstMs: 40, maxMs: 1000 };
    expect([0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, options, () => 1))).toEqual([
      40, 80, 160, 1000, 1000,
    ]);
    expect(backoffMs(1, options, () => 0)).toBe(40);
  });
});
