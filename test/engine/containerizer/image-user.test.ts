import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { resolveUser } from "../../../src/engine/containerizer/image-user.ts";

const rootfs = mkdtempSync(join(tmpdir(), "rootfs-"));
mkdirSync(join(rootfs, "etc"));
writeFileSync(join(rootfs, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n");
writeFileSync(join(rootfs, "etc/group"), "root:x:0:\nwww-data:x:33:\nadm:x:4:www-data,other\n");

describe("the user of an image", () => {
  it.each([
    ["", { uid: 0, gid: 0, home: "/root", additionalGids: [] }],
    ["www-data", { uid: 33, gid: 33, home: "/var/www", additionalGids: [4] }],
    ["33", { uid: 33, gid: 33, home: "/var/www", additionalGids: [4] }],
    ["www-data:adm", { uid: 33, gid: 4, home: "/var/www", additionalGids: [] }],
    ["1234:56", { uid: 1234, gid: 56, home: "/", additionalGids: [] }],
    ["1234", { uid: 1234, gid: 0, home: "/", additionalGids: [] }],
  ])("is read from '%s'", (text, user) => {
    expect(resolveUser(rootfs, text)).toEqual(user);
  });

  it("must be known by its name", () => {
    expect(() => resolveUser(rootfs, "ghost")).toThrow("unable to find user ghost: no matching entries in passwd file");
    expect(() => resolveUser(rootfs, "33:ghosts")).toThrow("unable to find group ghosts");
  });
});
