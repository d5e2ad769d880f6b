import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { create } from "tar";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FetcherCache } from "../../../src/engine/fetcher/cache.ts";
import { download } from "../../../src/engine/fetcher/download.ts";
import { Fetcher, outputName } from "../../../src/engine/fetcher/fetcher.ts";
import type { CommandUri } from "../../../src/mesos/types.ts";

let server: Server;
let base: string;
let hits: string[];
let folder: string;
let sandbox: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    hits.push(path);
    if (path.startsWith("/moved")) return response.writeHead(307, { Location: "/page.html" }).end();
    if (path === "/loop") return response.writeHead(302, { Location: "/loop" }).end();
    if (path === "/endless") return void response.write("x".repeat(5_000));
    if (path === "/silent") return;
    if (path === "/page.html") return response.end("page\n");
    if (path === "/page.html.gz") return response.end(gzipSync("packed\n"));
    response.writeHead(404).end("no");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  hits = [];
  folder = mkdtempSync(join(tmpdir(), "fetcher-"));
  sandbox = join(folder, "sandbox");
  mkdirSync(sandbox);
});

function fetch(...uris: CommandUri[]): Promise<void> {
  const cache = new FetcherCache({ directory: join(folder, "cache"), limitBytes: 10 });
  const fetcher = new Fetcher({ cache, stallTimeoutMs: 5_000, home: "", env: { PATH: process.env["PATH"] } });
  return fetcher.fetch({ containerId: "c1", uris, sandbox, user: undefined });
}
const content = (name: string): string => readFileSync(join(sandbox, name), "utf8");

describe("the fetcher", () => {
  it("brings files under their own name or another, executable where asked", async () => {
    await fetch(
      { value: `${base}/page.html` },
      { value: `${base}/page.html`, output_file: "bin/run", executable: true },
    );
    expect(content("page.html")).toBe("page\n");
    expect(statSync(join(sandbox, "bin/run")).mode & 0o777).toBe(0o755);
  });

  it("extracts archives unless told not to", async () => {
    await fetch({ value: `${base}/page.html.gz` });
    expect(readdirSync(sandbox).sort()).toEqual(["page.html", "page.html.gz", "stderr"]);
    expect(content("page.html")).toBe("packed\n");
  });

  it("leaves archives alone that are not to be extracted", async () => {
    await fetch({ value: `${base}/page.html.gz`, extract: false });
    expect(readdirSync(sandbox).sort()).toEqual(["page.html.gz", "stderr"]);
  });

  it("follows redirects", async () => {
    await fetch({ value: `${base}/moved.html` });
    expect(content("moved.html")).toBe("page\n");
  });

  it("copies files of this machine", async () => {
    writeFileSync(join(folder, "local.txt"), "local\n");
    await fetch(
      { value: `file://${join(folder, "local.txt")}` },
      { value: join(folder, "local.txt"), output_file: "two" },
    );
    expect(content("local.txt") + content("two")).toBe("local\nlocal\n");
  });

  it("brings a cached file once, whoever asks", async () => {
    const uri = { value: `${base}/page.html`, cache: true };
    await fetch(uri, { ...uri, output_file: "again" });
    expect(hits).toEqual(["/page.html"]);
    expect(content("again")).toBe("page\n");
  });

  it("reports failure in Mesos's words, and the reason in the sandbox", async () => {
    await expect(fetch({ value: `${base}/nothing` })).rejects.toThrow(
      "Failed to fetch all URIs for container 'c1': exited with status 1",
    );
    expect(content("stderr")).toContain("HTTP status 404");
    expect(readdirSync(sandbox)).toEqual(["stderr"]);
  });

  it.each(["ftp://host/file", "relative/file"])("does not bring %s", async (value) => {
    await expect(fetch({ value })).rejects.toThrow("exited with status 1");
  });
});

describe("links that an archive brought", () => {
  /** `around` leads to the sandbox itself, so that `out` leads out of it, though by its text it does not. */
  async function evilArchive(...members: string[]): Promise<string> {
    const source = mkdtempSync(join(tmpdir(), "source-"));
    mkdirSync(join(source, "deep"));
    symlinkSync("..", join(source, "deep", "around"));
    symlinkSync("deep/around/..", join(source, "out"));
    symlinkSync("deep/around/../written", join(source, "page.html"));
    symlinkSync("deep/around/../written", join(source, "page.html.fetching"));
    const file = join(folder, "links.tar");
    await create({ file, cwd: source }, ["deep", ...members]);
    return file;
  }

  it.each([
    ["a folder in the path of a file", ["out"], { value: "/page.html", output_file: "out/written" }],
    ["the file itself", ["page.html"], { value: "/page.html" }],
    ["the file that an archive unpacks to", ["page.html"], { value: "/page.html.gz" }],
  ])("do not lead %s out of the sandbox", async (_what, members, uri) => {
    const archive = await evilArchive(...members);
    const fetching = fetch({ value: archive }, { ...uri, value: base + uri.value });
    await expect(fetching).rejects.toThrow("exited with status 1");
    expect(content("stderr")).toMatch(/leaves the sandbox/);
    expect(existsSync(join(dirname(sandbox), "written"))).toBe(false);
  });

  it("do not lead a file that is being brought out of the sandbox", async () => {
    await fetch({ value: await evilArchive("page.html.fetching") }, { value: `${base}/page.html` });
    expect(content("page.html")).toBe("page\n");
    expect(existsSync(join(dirname(sandbox), "written"))).toBe(false);
  });
});

describe("download", () => {
  const target = (): string => join(folder, "file");

  it("gives up on endless redirects", async () => {
    await expect(download(`${base}/loop`, target(), { stallTimeoutMs: 5_000 })).rejects.toThrow(
      "more than 20 redirects",
    );
  });

  it("gives up on a file that is larger than allowed", async () => {
    const options = { stallTimeoutMs: 5_000, limitBytes: 1_000 };
    await expect(download(`${base}/endless`, target(), options)).rejects.toThrow("larger than 1000 bytes");
  });

  it("gives up when it is told to, be it before the answer or in the middle of it", async () => {
    for (const path of ["/endless", "/silent"]) {
      const cancel = new AbortController();
      const downloading = download(base + path, target(), { stallTimeoutMs: 60_000, signal: cancel.signal });
      await expect.poll(() => hits).toContain(path);
      cancel.abort(new Error("enough"));
      await expect(downloading).rejects.toThrow();
    }
  });

  it("gives up on a transfer that stands still", async () => {
    await expect(download(`${base}/endless`, target(), { stallTimeoutMs: 50 })).rejects.toThrow(
      "No data for 0.05 seconds",
    );
  });
});

describe("the name of a fetched file", () => {
  it.each([
    [{ value: "http://h/a/b.tgz?x=1#y" }, "b.tgz"],
    [{ value: "/opt/file" }, "file"],
    [{ value: "http://h/a", output_file: "c/d" }, "c/d"],
  ])("is found for %j", (uri, name) => {
    expect(outputName(uri)).toBe(name);
  });

  it.each([
    { value: "http://h/" },
    { value: "x", output_file: "../x" },
    { value: "x", output_file: "/x" },
    { value: "http://h/.." },
  ])("is refused for %j", (uri) => {
    expect(() => outputName(uri)).toThrow();
  });
});

describe("the fetcher's cache", () => {
  const put =
    (text: string) =>
    (path: string): Promise<void> => {
      writeFileSync(path, text);
      return Promise.resolve();
    };

  it("throws out what was longest not used when it grows too large", async () => {
    const directory = join(folder, "small");
    const cache = new FetcherCache({ directory, limitBytes: 10 });
    await cache.take("one", put("123456"));
    await cache.take("two", put("123456"));
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it("lets two that want the same at once share one transfer", async () => {
    const cache = new FetcherCache({ directory: join(folder, "shared"), limitBytes: 10 });
    let transfers = 0;
    const bring = (path: string): Promise<void> => {
      transfers++;
      return put("1")(path);
    };
    const [one, two] = await Promise.all([cache.take("uri", bring), cache.take("uri", bring)]);
    expect([transfers, one]).toEqual([1, two]);
  });

  it("keeps nothing of a transfer that failed", async () => {
    const directory = join(folder, "failing");
    const cache = new FetcherCache({ directory, limitBytes: 10 });
    await expect(cache.take("one", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await cache.take("one", put("1"));
    expect(readdirSync(directory)).toHaveLength(1);
  });
});
