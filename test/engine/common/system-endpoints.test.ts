import { describe, expect, it } from "vitest";
import { htmlPage } from "../../../src/engine/common/html.ts";
import type { HttpAnswer } from "../../../src/engine/common/http.ts";
import { HttpRoutes } from "../../../src/engine/common/http-routes.ts";
import { mountSystemEndpoints, VerboseLevel } from "../../../src/engine/common/system-endpoints.ts";
import { FakeClock } from "../support/fake-clock.ts";

function start() {
  const clock = new FakeClock();
  const routes = new HttpRoutes(["/master"]);
  mountSystemEndpoints(routes, { name: "master", level: new VerboseLevel(clock) });
  const get = async (target: string): Promise<HttpAnswer> => {
    const { pathname: path, searchParams: query } = new URL(target, "http://m1");
    const request = { method: "GET", path, query, headers: {}, remote: "", body: Buffer.alloc(0) };
    return routes.find(path)?.(request) ?? { status: 404 };
  };
  return { clock, get };
}

describe("/logging/toggle", () => {
  it("raises the level for a while", async () => {
    const { clock, get } = start();
    expect((await get("/logging/toggle")).body).toBe("0\n");
    expect(await get("/logging/toggle?level=2&duration=1mins")).toEqual({ status: 200 });
    expect((await get("/logging/toggle")).body).toBe("2\n");
    await clock.advance(60_000);
    expect((await get("/logging/toggle")).body).toBe("0\n");
  });

  it.each([
    ["level=1", "Expecting 'duration=value' in query.\n"],
    ["duration=1secs", "Expecting 'level=value' in query.\n"],
    ["level=x&duration=1secs", "Failed to convert 'x' to number.\n"],
    ["level=1&duration=x", "Failed to convert '' to number.\n"],
  ])("refuses %s in Mesos's words", async (query, body) => {
    expect(await start().get(`/logging/toggle?${query}`)).toMatchObject({ status: 400, body });
  });
});

it("tells what the machine has", async () => {
  const { body } = await start().get("/system/stats.json");
  const numbers = JSON.parse(body?.toString() ?? "") as Record<string, number>;
  expect(Object.keys(numbers)).toEqual([
    ...["avg_load_1min", "avg_load_5min", "avg_load_15min", "cpus_total", "mem_total_bytes", "mem_free_bytes"],
  ]);
  expect(Object.values(numbers).every((value) => Number.isFinite(value))).toBe(true);
});

it("lists the endpoints, for people and for programs", async () => {
  const { get } = start();
  expect((await get("/help")).body).toContain('<a href="/system/stats.json">');
  expect(JSON.parse((await get("/help?format=json")).body?.toString() ?? "")).toMatchObject({
    processes: [{ id: "master", endpoints: [{ name: "/help" }, { name: "/logging/toggle" }, {}] }],
  });
});

it("shows what others have named as text, and links to pages alone", () => {
  const cells = ["<script>", { text: "a&b", href: "javascript:alert(1)" }, { text: "ok", href: 'https://x/?"' }];
  const { body } = htmlPage({
    ...{ title: "<b>", subtitle: "'" },
    sections: [{ heading: "h", columns: ["c"], rows: [cells], empty: "" }],
  });
  expect(body).toContain("<td>&lt;script&gt;</td><td>a&amp;b</td>");
  expect(body).toContain('<a href="https://x/?&quot;">ok</a>');
  expect(body).not.toContain("javascript:");
});
