import { describe, expect, it } from "vitest";
import { FilesClient, findSandbox } from "../../src/client/files.ts";
import { HttpClient } from "../../src/client/http.ts";
import { OperatorClient } from "../../src/client/operator.ts";
import { FakeClock } from "./fake-clock.ts";
import { json, ScriptedMaster, status } from "./scripted-master.ts";

describe("files of an agent", () => {
  it("are read from their end", async () => {
    await using agent = await ScriptedMaster.start();
    await using http = new HttpClient();
    const content = "line 1\nline 2\nline 3\n";
    agent.on("/files/read?path=%2Fbox%2Fstderr&offset=-1", json({ data: "", offset: content.length }));
    agent.on("/files/read?path=%2Fbox%2Fstderr&offset=14&length=7", json({ data: content.slice(14), offset: 14 }));
    expect(await new FilesClient(http, agent.url).tail("/box/stderr", 7)).toBe("line 3\n");
  });

  it("are followed line by line, from the last whole ones on", async () => {
    await using agent = await ScriptedMaster.start();
    await using http = new HttpClient();
    const clock = new FakeClock();
    const over = new AbortController();
    let content = "line 1\nlüne 2\nli";
    for (const offset of [-1, 4, 15, 22]) {
      const length = offset === -1 ? "" : "&length=65536";
      agent.on(`/files/read?path=%2Fbox%2Fstdout&offset=${offset}${length}`, (response, request) => {
        const bytes = Buffer.from(content);
        const data = offset === -1 ? "" : bytes.subarray(offset).toString();
        json({ data, offset: offset === -1 ? bytes.length : offset })(response, request);
      });
    }
    const following = new FilesClient(http, agent.url).follow("/box/stdout", {
      lastBytes: 13,
      clock,
      signal: over.signal,
    });
    expect((await following.next()).value).toEqual(["lüne 2"]);
    const next = following.next();
    content += "ne 3\n";
    for (let settled = false; !settled;) {
      clock.advance(300);
      settled = await Promise.race([
        next.then(() => true),
        new Promise<false>((resolve) => setImmediate(() => resolve(false))),
      ]);
    }
    expect((await next).value).toEqual(["line 3"]);
    over.abort(new Error("enough"));
    await expect(following.next()).rejects.toThrow("enough");
  });

  it("are listed and downloaded", async () => {
    await using agent = await ScriptedMaster.start();
    await using http = new HttpClient();
    const files = new FilesClient(http, agent.url);
    agent.on("/files/browse?path=%2Fbox", json([{ path: "/box/stdout", size: 3 }]));
    agent.on("/files/download?path=%2Fbox%2Fstdout", status(200, "abc"));
    expect(await files.browse("/box")).toEqual([{ path: "/box/stdout", size: 3 }]);
    expect((await files.download("/box/stdout")).toString()).toBe("abc");
    await expect(files.download("/box/gone")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("lie in the sandbox that the agent names, for running and for ended tasks", async () => {
    await using agent = await ScriptedMaster.start();
    await using http = new HttpClient();
    const executor = (id: string, tasks: string[] = []) => ({
      id,
      source: id,
      directory: `/sandboxes/${id}`,
      container: "c",
      tasks: tasks.map((task) => ({ id: task })),
    });
    agent.on(
      "/state",
      json({
        frameworks: [{ id: "f1", executors: [executor("web")], completed_executors: [executor("default", ["pod"])] }],
        completed_frameworks: [{ id: "f2", executors: [], completed_executors: [executor("old")] }],
      }),
    );
    const find = (frameworkId: string, taskId: string) => findSandbox(http, agent.url, { frameworkId, taskId });
    expect(await find("f1", "web")).toBe("/sandboxes/web");
    expect(await find("f1", "pod")).toBe("/sandboxes/default");
    expect(await find("f2", "old")).toBe("/sandboxes/old");
    expect(await find("f2", "web")).toBeUndefined();
  });
});

describe("an operator's questions", () => {
  it("are asked at their endpoints", async () => {
    await using master = await ScriptedMaster.start();
    await using http = new HttpClient();
    const operator = new OperatorClient(http, master.url);
    master.on("/slaves", json({ slaves: [{ id: "a1", active: true }] }));
    master.on("/flags", json({ flags: { quorum: "1" } }));
    master.on("/version", json({ version: "1.12.0" }));
    master.on("/metrics/snapshot", json({ "master/elected": 1 }));
    master.on("/state", json({ id: "m1" }));
    master.on("/health", status(200));
    master.on("/api/v1", (response, request) =>
      json({ type: (request.body as { type: string }).type })(response, request),
    );
    expect(await operator.agents()).toEqual([{ id: "a1", active: true }]);
    expect(await operator.flags()).toEqual({ quorum: "1" });
    expect(await operator.version()).toEqual({ version: "1.12.0" });
    expect(await operator.metrics()).toEqual({ "master/elected": 1 });
    expect(await operator.masterState()).toEqual({ id: "m1" });
    expect(await operator.isHealthy()).toBe(true);
    expect(await operator.call("GET_AGENTS")).toEqual({ type: "GET_AGENTS" });
  });
});
