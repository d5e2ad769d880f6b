import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Files } from "../../../src/engine/common/files.ts";
import { HttpRoutes } from "../../../src/engine/common/http-routes.ts";
import { listen } from "../../../src/engine/common/http-server.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
const sandbox = join(folder, "sandbox");
let server: Awaited<ReturnType<typeof listen>>["server"];
let base: string;

beforeAll(async () => {
  mkdirSync(join(sandbox, "sub"), { recursive: true });
  writeFileSync(join(sandbox, "stdout"), "hello world\n");
  writeFileSync(join(sandbox, "sub", "file.txt"), "deep\n");
  writeFileSync(join(folder, "secret"), "no\n");
  symlinkSync(join(folder, "secret"), join(sandbox, "link"));
  symlinkSync(join(sandbox, "nowhere"), join(sandbox, "dangling"));
  symlinkSync(folder, join(sandbox, "out"));
  symlinkSync("..", join(sandbox, "sub", "up"));
  symlinkSync("loop", join(sandbox, "loop"));
  const files = new Files();
  files.attach(sandbox, "/box");
  files.attachLater(join(folder, "newest"), "/master/log");
  files.attachLater(join(folder, "none-yet"), "/slave/log");
  symlinkSync("secret", join(folder, "newest"));
  const routes = new HttpRoutes(["/master"]);
  files.mount(routes);
  ({ server } = await listen(routes, { ip: "127.0.0.1", port: 0 }));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const get = async (path: string) => {
  const response = await fetch(base + path);
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
};

describe("/files", () => {
  it("lists a folder by its virtual path, links that lead nowhere left out", async () => {
    const entries = JSON.parse((await get("/files/browse?path=/box")).body) as { path: string; mode: string }[];
    expect(entries.map(({ path }) => path)).toEqual(["/box/link", "/box/out", "/box/stdout", "/box/sub"]);
    expect(Object.keys(entries[0] ?? {}).sort()).toEqual(["gid", "mode", "mtime", "nlink", "path", "size", "uid"]);
    expect(entries[3]?.mode).toMatch(/^drwx/);
  });

  it.each([
    ["offset=0", { data: "hello world\n", offset: 0 }],
    ["offset=6&length=5", { data: "world", offset: 6 }],
    ["offset=-1", { data: "", offset: 12 }],
    ["offset=100", { data: "", offset: 100 }],
    ["", { data: "", offset: 12 }],
  ])("reads with %s", async (query, answer) => {
    expect(JSON.parse((await get(`/files/read?path=/box/stdout&${query}`)).body)).toEqual(answer);
  });

  it("tells for debugging what is where, files behind links that come to be as those that they are", async () => {
    const shown = { "/master/log": realpathSync(join(folder, "secret")), "/box": realpathSync(sandbox) };
    expect(JSON.parse((await get("/files/debug")).body)).toEqual(shown);
    expect(JSON.parse((await get("/files/read?path=/master/log&offset=0")).body)).toEqual({ data: "no\n", offset: 0 });
  });

  it("downloads under the content type of the name, also below /master", async () => {
    expect(await get("/master/files/download?path=/box/sub/file.txt")).toEqual({
      ...{ status: 200, type: "text/plain", body: "deep\n" },
    });
  });

  it.each([
    ["/files/browse", 400, "Expecting 'path=value' in query.\n"],
    ["/files/browse?path=/etc", 404, ""],
    ["/files/read?path=/box/nope&offset=0", 404, ""],
    ["/files/read?path=/box/sub&offset=0", 400, "Cannot read a directory.\n"],
    ["/files/read?path=/box/stdout&offset=-2", 400, "Negative offset provided: -2.\n"],
    ["/files/download?path=/box/sub", 400, "Cannot download a directory.\n"],
  ])("answers %s with %i", async (path, status, body) => {
    expect(await get(path)).toEqual({ status, type: "text/plain; charset=utf-8", body });
  });

  it.each([
    ...[
      "/box/../secret",
      "/box/%2e%2e/secret",
      "/box/%252e%252e/secret",
      "/box/..%2fsecret",
      "/box/sub/..%2f..%2fsecret",
    ],
    ...["/box/link", "/box/out", "/box/out/secret", "/box/sub/up/../../secret", "/box/loop", "/box/loop/x"],
    ...[
      "/boxes/stdout",
      "box/../../etc/passwd",
      "/box//../secret",
      "/box/%00",
      "/box/stdout%00/../../secret",
      "/%2e%2e",
    ],
  ])("does not let %s out of the folder", async (path) => {
    for (const endpoint of ["read", "download", "browse"]) {
      const { status, body } = await get(`/files/${endpoint}?path=${path}&offset=0`);
      expect([400, 404]).toContain(status);
      expect(body).not.toContain("no\n");
    }
  });
});
