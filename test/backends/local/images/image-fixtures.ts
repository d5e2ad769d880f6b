// Stand-ins for skopeo, umoci and docker, and an OCI layout for them to hand around.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const config = {
  architecture: "amd64",
  config: { Cmd: ["serve"], Labels: { title: "test" } },
  rootfs: { type: "layers", diff_ids: ["sha256:1111"] },
};

/** Writes a layout with one image; gives the digest of its manifest. */
export function writeLayout(layout: string, name = "latest"): string {
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  const put = (content: unknown) => {
    const text = JSON.stringify(content);
    const hex = createHash("sha256").update(text).digest("hex");
    writeFileSync(join(layout, "blobs/sha256", hex), text);
    return { digest: `sha256:${hex}`, size: text.length };
  };
  const manifest = put({ schemaVersion: 2, config: put(config), layers: [] });
  const annotations = { "org.opencontainers.image.ref.name": name };
  const manifests = [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest, annotations }];
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  return manifest.digest.slice("sha256:".length);
}

/**
 * Puts programs into `folder/bin` that note how they were called. skopeo copies `folder/fixture` whatever it is asked for, but fails on a
 * registry, and on archives whose content is "broken"; umoci makes a bundle; docker saves what is called `local/…`.
 */
export function writePrograms(folder: string): { calls: (program: string) => string[] } {
  const log = join(folder, "calls");
  const program = (name: string, script: string) =>
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho "${name} $*" >> '${log}'\n${script}\n`, { mode: 0o755 });
  mkdirSync(join(folder, "bin"), { recursive: true });
  program(
    "skopeo",
    `case "$*" in
      --version) echo skopeo version 1.9 ;;
      *docker://*) echo 'time="now" level=fatal msg="pinging \\"registry\\": no such host"' >&2; exit 1 ;;
      *docker-archive:.staging/*) echo saved > .staging/docker.tar ;;
      *) grep -qs broken source && { echo 'level=fatal msg="not an archive"' >&2; exit 1; }
         cp -r '${folder}/fixture' oci ;;
    esac`,
  );
  program(
    "umoci",
    `case "$1" in
      --version) echo umoci version 0.4.7 ;;
      unpack) for bundle; do :; done; mkdir -p "$bundle/rootfs" && echo '{}' > "$bundle/config.json" ;;
      raw) for layer; do :; done; cp "$layer" '${folder}/layer.tar' ;;
      gc) cp -r '${folder}/fixture/.' oci ;;
      init) mkdir oci ;;
    esac`,
  );
  program(
    "docker",
    `case "$*" in
      "save --output saved.tar local/"*) echo > saved.tar ;;
      load*) cat "$3" ;;
      *) echo "Error response from daemon: reference does not exist" >&2; exit 1 ;;
    esac`,
  );
  return {
    calls: (name) => {
      try {
        const lines = readFileSync(log, "utf8").trim().split("\n");
        return lines.filter((line) => line.startsWith(`${name} `) && !line.endsWith("--version"));
      } catch {
        return [];
      }
    },
  };
}
