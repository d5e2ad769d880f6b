import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ImageStore, ImageUnavailableError, spellings } from "../../../src/engine/containerizer/image-store.ts";

let folder: string;
let store: string;
let bin: string;
let env: NodeJS.ProcessEnv;

/** A program on the store's PATH, as a shell script. */
function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

function blob(value: unknown): string {
  const text = JSON.stringify(value);
  const hex = createHash("sha256").update(text).digest("hex");
  mkdirSync(join(store, "oci/blobs/sha256"), { recursive: true });
  writeFileSync(join(store, "oci/blobs/sha256", hex), text);
  return `sha256:${hex}`;
}

/** Puts an image into the layout; returns the hex digits of its manifest. */
function addImage(reference: string, config: unknown): string {
  const digest = blob({ config: { digest: blob({ config }) } });
  const annotations = { "org.opencontainers.image.ref.name": reference };
  writeFileSync(join(store, "oci/index.json"), JSON.stringify({ manifests: [{ digest, annotations }] }));
  return digest.slice("sha256:".length);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-test-"));
  store = join(folder, "store");
  bin = join(folder, "bin");
  mkdirSync(bin);
  env = { PATH: [bin, "/bin", "/usr/bin"].join(delimiter), LOG: join(folder, "log") };
  program("umoci", 'echo umoci "$@" >> "$LOG"; for last; do :; done; mkdir -p "$last/rootfs"');
});

describe("ImageStore", () => {
  it("finds an image by its reference, and unpacks it once", async () => {
    const digest = addImage("nginx:debian", { Cmd: ["nginx"], User: "33" });
    const images = new ImageStore(store, env);
    const image = await images.take("nginx:debian");
    expect(image).toMatchObject({ digest, config: { Cmd: ["nginx"], User: "33" } });
    expect(image.rootfs).toBe(join(store, "unpacked", digest, "rootfs"));
    await images.take("nginx:debian");
    expect(readFileSync(join(folder, "log"), "utf8").match(/umoci/g)).toHaveLength(1);
  });

  it("uses what somebody else has unpacked", async () => {
    const digest = addImage("nginx:debian", {});
    mkdirSync(join(store, "unpacked", digest, "rootfs"), { recursive: true });
    await new ImageStore(store, env).take("nginx:debian");
    expect(existsSync(join(folder, "log"))).toBe(false);
  });

  it("has one unpacked image after two have asked at once", async () => {
    addImage("nginx:debian", {});
    const images = new ImageStore(store, env);
    const [one, two] = await Promise.all([images.take("nginx:debian"), images.take("nginx:debian")]);
    expect(one.rootfs).toBe(two.rootfs);
    expect(existsSync(one.rootfs)).toBe(true);
  });

  it("asks the registry for what it does not have, and says in Mesos's words that it failed", async () => {
    program("skopeo", "echo 'no such host' >&2; exit 1");
    const taken = new ImageStore(store, env).take("ghost:1");
    await expect(taken).rejects.toThrow(ImageUnavailableError);
    await expect(taken).rejects.toThrow(
      `Failed to run 'skopeo copy docker://ghost:1 oci:${store}/oci:ghost:1': exited with status 1; stderr='no such host\n'`,
    );
  });

  it("leaves nothing half-unpacked behind", async () => {
    const digest = addImage("nginx:debian", {});
    program("umoci", 'for last; do :; done; mkdir -p "$last/rootfs"; exit 1');
    await expect(new ImageStore(store, env).take("nginx:debian")).rejects.toThrow(
      "Failed to unpack image 'nginx:debian'",
    );
    expect(existsSync(join(store, "unpacked", digest))).toBe(false);
  });
});

describe("spellings of a reference", () => {
  it("adds what Docker lets people leave out", () => {
    expect(spellings("nginx")).toEqual([
      "nginx",
      "nginx:latest",
      "docker.io/nginx:latest",
      "docker.io/library/nginx:latest",
    ]);
    expect(spellings("docker.io/library/nginx:1")).toContain("nginx:1");
    expect(spellings("localhost:5000/x")).toContain("localhost:5000/x:latest");
  });
});
