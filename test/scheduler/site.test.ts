import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveSite } from "../../src/scheduler/site.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "site-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("a site", () => {
  it("is fetched as an archive of its folder", async () => {
    const source = join(folder, "source");
    await mkdir(join(source, "css"), { recursive: true });
    await writeFile(join(source, "index.html"), "<h1>Grüße</h1>");
    await writeFile(join(source, "css", "ä.css"), "a {}");
    await symlink("index.html", join(source, "home.html"));
    await using site = await serveSite(source, "127.0.0.1");
    expect(site.indexPage.toString("utf8")).toBe("<h1>Grüße</h1>");
    expect(site.uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/site\.tar\.gz$/);

    const archive = join(folder, "site.tar.gz");
    const answer = await fetch(site.uri);
    await writeFile(archive, Buffer.from(await answer.arrayBuffer()));
    const target = join(folder, "target");
    await mkdir(target);
    await extract({ file: archive, cwd: target });
    expect(await readFile(join(target, "site", "index.html"), "utf8")).toBe("<h1>Grüße</h1>");
    expect(await readFile(join(target, "site", "css", "ä.css"), "utf8")).toBe("a {}");
    // A link's content, not the link, which might lead out of the sandbox.
    expect(await readFile(join(target, "site", "home.html"), "utf8")).toBe("<h1>Grüße</h1>");
  });

  it("is served under an address that nobody guesses, and nothing else is", async () => {
    await writeFile(join(folder, "index.htm"), "x");
    await using site = await serveSite(folder, "127.0.0.1");
    expect((await fetch(new URL("/index.htm", site.uri))).status).toBe(404);
    expect((await fetch(site.uri, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(site.uri, { method: "POST" })).status).toBe(404);
  });

  it.each([
    ["without an index page", ".", "there is no index.html or index.htm in it"],
    ["that is not there", "gone", "there is no such folder"],
  ])("%s is refused", async (_name, path, reason) => {
    await expect(serveSite(join(folder, path), "127.0.0.1")).rejects.toMatchObject({
      code: "SITE_UNUSABLE",
      message: expect.stringContaining(reason) as string,
    });
  });

  it("with a link that leads nowhere is refused before anything is fetched, naming the link", async () => {
    await writeFile(join(folder, "index.html"), "x");
    await symlink("nowhere", join(folder, "lost.png"));
    await expect(serveSite(folder, "127.0.0.1")).rejects.toMatchObject({
      code: "SITE_UNUSABLE",
      message: expect.stringContaining("lost.png") as string,
    });
  });

  it("is not served on an address that is not this machine's", async () => {
    await writeFile(join(folder, "index.html"), "x");
    await expect(serveSite(folder, "192.0.2.1")).rejects.toMatchObject({ code: "CONTENT_ADDRESS_UNUSABLE" });
  });
});
