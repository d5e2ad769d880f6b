import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageStore } from "../../../../src/backends/local/images/image-store.ts";
import { testMachine, writePackageArchive } from "../kit/package-archive.ts";
import { config, writeLayout, writePrograms } from "./image-fixtures.ts";

let folder: string;
let digest: string;
let calls: (program: string) => string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "images-test-"));
  digest = writeLayout(join(folder, "fixture"));
  ({ calls } = writePrograms(folder));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openStore(more: { source?: string; signal?: AbortSignal; notes?: string[] } = {}): ImageStore {
  const machineFolder = mkdtempSync(join(folder, "machine-"));
  const machine = testMachine(machineFolder, more.source === undefined ? {} : { source: more.source });
  const searchPath = [join(folder, "bin"), ...machine.searchPath];
  return new ImageStore({
    environment: {},
    signal: more.signal ?? new AbortController().signal,
    cacheDirectory: join(folder, "cache"),
    machine: {
      ...machine,
      searchPath,
      environment: {
        ...machine.environment,
        PATH: `${searchPath.join(":")}:/usr/bin:/bin`,
        DOCKER_HOST: `unix://${join(folder, "docker.sock")}`,
      },
    },
    progress: { progress: () => undefined, note: (message) => more.notes?.push(message) },
  });
}

/** A tar as `docker save` makes it, as far as it is looked at here. */
function dockerArchive(name: string, tags: string[] | null): string {
  writeFileSync(join(folder, "manifest.json"), JSON.stringify([{ Config: "x", RepoTags: tags, Layers: [] }]));
  execFileSync("tar", ["--create", "--force-local", "--file", name, "manifest.json"], { cwd: folder });
  return join(folder, name);
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("resolved"),
    (error: unknown) => error as { code: string; message: string; hint: string },
  );

describe("an image from an archive", () => {
  it("has the name that docker save gave it, and is unpacked", async () => {
    const image = await openStore().take(dockerArchive("site.tar", ["docker.io/library/site:2"]));
    expect(image).toEqual({
      reference: "site:2",
      digest,
      description: "site:2, from archive site.tar",
      bundle: join(folder, "cache/images/unpacked", digest),
    });
    expect(existsSync(join(image.bundle, "rootfs"))).toBe(true);
    expect(calls("skopeo")).toEqual(["skopeo --insecure-policy copy --quiet docker-archive:source oci:oci:latest"]);
    expect(readdirSync(join(folder, "cache/images")).sort()).toEqual(["oci", "unpacked"]);
  });

  it("has a name made of the file's where the archive names none", async () => {
    const image = await openStore().take(dockerArchive("My Site: v2.tar", null));
    expect(image.reference).toBe("my-site-v2:archive");
  });

  it("may be gzipped", async () => {
    const path = dockerArchive("site.tar", ["site:5"]);
    execFileSync("gzip", [path]);
    expect((await openStore().take(`${path}.gz`)).reference).toBe("site:5");
  });

  it("may be a folder with an OCI layout, or a tar of one", async () => {
    writeLayout(join(folder, "layout"), "site:3");
    expect((await openStore().take(join(folder, "layout"))).reference).toBe("site:3");
    writeLayout(join(folder, "layout"), "site:4");
    execFileSync("tar", ["--create", "--file", "site.oci.tar", "--directory", "layout", "."], { cwd: folder });
    expect((await openStore().take(join(folder, "site.oci.tar"))).reference).toBe("site:4");
    expect(calls("skopeo").map((call) => call.split(" ")[4])).toEqual(["oci:source", "oci-archive:source"]);
  });

  it.each([
    ["absent.tar", undefined, "there is no such file"],
    ["text.tar", "text", "it is neither a tar of docker save nor an OCI archive or layout"],
  ])("is refused when it is none: %s", async (name, content, why) => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    const error = await failureOf(openStore().take(join(folder, name)));
    expect(error).toMatchObject({
      code: "IMAGE_UNAVAILABLE",
      message: `No image can be read from ${join(folder, name)}: ${why}.`,
    });
  });

  it("that skopeo cannot read is refused in skopeo's words", async () => {
    const path = dockerArchive("broken.tar", ["broken:1"]);
    const error = await failureOf(openStore().take(path));
    expect(error.message).toBe(`No image can be read from ${path}: not an archive.`);
    expect(readdirSync(join(folder, "cache/images"))).toEqual([]);
  });
});

describe("an image by its name", () => {
  it("comes from the store when it has it, under any spelling, and nothing is started", async () => {
    await openStore().take(dockerArchive("site.tar", ["site:latest"]));
    const before = calls("skopeo").length + calls("umoci").length;
    for (const name of ["site", "site:latest", "docker.io/library/site"])
      expect((await openStore().take(name)).digest).toBe(digest);
    expect(calls("skopeo").length + calls("umoci").length).toBe(before);
  });

  it("comes from Docker when Docker has it", async () => {
    const image = await openStore().take("local/site:1");
    expect(image.description).toBe("local/site:1, from Docker");
    expect(calls("docker")).toEqual(["docker save --output saved.tar local/site:1"]);
  });

  it("is said not to be had, with what was tried and why each failed", async () => {
    const error = await failureOf(openStore().take("nobody/nothing:1"));
    expect(error.code).toBe("IMAGE_UNAVAILABLE");
    expect(error.message).toBe(
      "The image nobody/nothing:1 is not to be had. Not in the image store; " +
        'Docker: Error response from daemon: reference does not exist; its registry: pinging "registry": no such host.',
    );
    expect(error.hint).toContain("docker save");
  });

  it.each([
    ["localhost:5000/site:1", true],
    ["127.0.0.1:5000/site:1", true],
    ["localhost.example.org/site:1", false],
    ["nobody/nothing:1", false],
  ])("comes from its registry, %s over plain HTTP, too: %s", async (reference, isPlain) => {
    await failureOf(openStore().take(reference));
    expect(calls("skopeo").at(-1)).toBe(
      `skopeo --insecure-policy copy --quiet ${isPlain ? "--src-tls-verify=false " : ""}docker://${reference} oci:oci:latest`,
    );
  });

  it("is unpacked again when its bundle has gone", async () => {
    const image = await openStore().take("local/site:1");
    rmSync(image.bundle, { recursive: true });
    expect(existsSync((await openStore().take("local/site:1")).bundle)).toBe(true);
  });

  it("is taken once when two runs begin at the same time, or twice one after the other, but never halfway", async () => {
    const notes: string[] = [];
    const images = await Promise.all([openStore({ notes }).take("local/a:1"), openStore({ notes }).take("local/b:1")]);
    expect(images.map((image) => image.reference)).toEqual(["local/a:1", "local/b:1"]);
    expect(notes).toContain("Waiting for an image that is being made already");
    const index = JSON.parse(readFileSync(join(folder, "cache/images/oci/index.json"), "utf8")) as {
      manifests: unknown[];
    };
    expect(index.manifests).toHaveLength(2);
  });
});

describe("an image that Docker has, or is to have", () => {
  let daemon: Server;
  let answer: unknown;
  const socket = () => join(folder, "docker.sock");

  beforeEach(async () => {
    daemon = createServer((request, response) => {
      const found = request.url === "/images/local%2Fsite%3A1/json" && answer !== undefined;
      response.writeHead(found ? 200 : 404).end(JSON.stringify(answer ?? { message: "No such image" }));
    });
    await new Promise<void>((resolve) => daemon.listen(socket(), resolve));
    await openStore().take("local/site:1");
  });
  afterEach(() => new Promise((resolve) => daemon.close(resolve)));

  const load = () => openStore().loadIntoDocker("local/site:1", { program: "docker", socket: socket() });
  const same = { RootFS: { Layers: config.rootfs.diff_ids }, Config: config.config };

  it("does nothing when Docker has the very same", async () => {
    answer = same;
    expect(await load()).toBe(false);
    expect(calls("docker").filter((call) => !call.includes("save"))).toEqual([]);
  });

  it.each([
    ["has none of that name", undefined],
    ["has another of that name", { ...same, RootFS: { Layers: ["sha256:2222"] } }],
    ["has one that runs another command", { ...same, Config: { ...config.config, Cmd: ["other"] } }],
  ])("loads it when Docker %s", async (_what, found) => {
    answer = found;
    expect(await load()).toBe(true);
    expect(calls("skopeo").at(-1)).toBe(
      "skopeo --insecure-policy copy --quiet oci:oci:local/site:1 docker-archive:.staging/docker.tar:local/site:1",
    );
    expect(calls("docker").at(-1)).toMatch(/^docker load --input [\w.-]+\.tar$/);
  });

  const stored = () => readdirSync(join(folder, "cache/images")).sort();

  it("is given as an archive while others use the store, and the archive goes afterwards", async () => {
    const given = openStore().withArchive("local/site:1", async (archive) => {
      await openStore().take("local/b:1");
      expect(readFileSync(archive, "utf8")).toBe("saved\n");
      return archive;
    });
    expect(existsSync(await given)).toBe(false);
    expect(stored()).toEqual(["oci", "unpacked"]);
  });

  it("takes away the archives of runs that were killed a day ago or more", async () => {
    const made = (name: string, hoursAgo: number) => {
      const path = join(folder, "cache/images", name);
      writeFileSync(path, "saved");
      const at = new Date(Date.now() - hoursAgo * 3_600_000);
      utimesSync(path, at, at);
    };
    made(".archive-of-yesterday.tar", 25);
    made(".archive-of-today.tar", 23);
    await openStore().withArchive("local/site:1", (archive) => Promise.resolve(archive));
    expect(stored()).toEqual([".archive-of-today.tar", "oci", "unpacked"]);
  });

  it("leaves no archive behind that could not be used, or not be made", async () => {
    const use = () => Promise.reject(new Error("the machine is gone"));
    await expect(openStore().withArchive("local/site:1", use)).rejects.toThrow("the machine is gone");
    const stopping = new AbortController();
    const store = openStore({ signal: stopping.signal });
    stopping.abort(new Error("Ctrl-C"));
    await expect(store.withArchive("local/site:1", use)).rejects.toThrow("Ctrl-C");
    expect(stored()).toEqual(["oci", "unpacked"]);
  });

  it.each([
    ["from the store while Docker has the same", same, 0],
    ["from the store when Docker has none", undefined, 0],
    ["from Docker again once that has another", { ...same, RootFS: { Layers: ["sha256:2222"] } }, 1],
  ])("is taken %s", async (_what, found, times) => {
    answer = found;
    const saved = () => calls("docker").filter((call) => call.startsWith("docker save")).length;
    const before = saved();
    await openStore().take("local/site:1");
    expect(saved() - before).toBe(times);
  });

  it("says so when the store has none of that name", async () => {
    const loading = openStore().loadIntoDocker("other:1", { program: "docker" });
    expect(await failureOf(loading)).toMatchObject({ code: "IMAGE_UNAVAILABLE" });
  });
});

describe("the nginx of this distribution", () => {
  const packages = [
    {
      name: "nginx",
      version: "1.22.1-9",
      depends: ["nginx-common", "libc6", "iproute2"],
      files: { "usr/sbin/nginx": "nginx" },
    },
    {
      name: "nginx-common",
      version: "1.22.1-9",
      files: { "etc/nginx/nginx.conf": "theirs", "usr/share/doc/nginx/readme": "read" },
    },
    { name: "busybox-static", version: "1.35", files: { "bin/busybox": '#!/bin/sh\necho "sh\nls\nnginx"\n' } },
    { name: "libc6", version: "2.36", files: { "lib/some-arch/libc.so.6": "c", "lib64/ld.so": "ld" } },
    { name: "iproute2", version: "6.1", files: { "sbin/ip": "ip" } },
  ];
  const source = () => writePackageArchive(join(folder, "archive"), packages);

  it("is made of nginx, its libraries and a shell, with one folder for programs and one for libraries", async () => {
    const image = await openStore({ source: source() }).ensureNginx();
    expect(image).toMatchObject({
      reference: "mesos-up/nginx:local",
      digest,
      description: "nginx 1.22.1-9, Test Linux 1",
    });
    const listed = execFileSync("tar", ["--list", "--verbose", "--file", join(folder, "layer.tar")], {
      encoding: "utf8",
    });
    const links = [...listed.matchAll(/(\S+) -> (\S+)$/gm)].map(([, from, to]) => `${from} -> ${to}`);
    expect(links).toEqual(
      expect.arrayContaining([
        "./bin -> usr/bin",
        "./lib -> usr/lib",
        "./usr/bin/sh -> busybox",
        "./usr/bin/ls -> busybox",
      ]),
    );
    expect(links).toContain("./var/log/nginx/access.log -> /dev/stdout");
    expect(links).not.toContain("./usr/bin/nginx -> busybox");
    for (const path of ["usr/lib/some-arch/libc.so.6", "usr/lib64/ld.so", "usr/sbin/nginx", "var/www/html/index.html"])
      expect(listed).toContain(` ./${path}\n`);
    expect(listed).not.toMatch(/sbin\/ip|usr\/share\/doc/);
    expect(listed).toMatch(/^\S+ 0\/0 .* \.\/etc\/passwd$/m);
    const configuration = execFileSync("tar", ["-xOf", join(folder, "layer.tar"), "./etc/nginx/nginx.conf"], {
      encoding: "utf8",
    });
    expect(configuration).toContain("include /etc/nginx/sites-enabled/*;");
    expect(calls("umoci").find((call) => call.startsWith("umoci config"))).toContain(
      "--config.exposedports 80/tcp --config.stopsignal SIGQUIT",
    );
  });

  it("is made once", async () => {
    const store = openStore({ source: source() });
    const first = await store.ensureNginx();
    const made = calls("umoci").length;
    expect(await store.take("mesos-up/nginx:local")).toEqual(first);
    expect(await store.ensureNginx()).toEqual(first);
    expect(calls("umoci")).toHaveLength(made);
  });

  it("is made anew by a recipe that has changed, or in place of an image that took its name", async () => {
    const store = openStore({ source: source() });
    await store.take(dockerArchive("theirs.tar", ["mesos-up/nginx:local"]));
    expect((await store.ensureNginx()).description).toBe("nginx 1.22.1-9, Test Linux 1");
  });
});

describe("an interrupted run", () => {
  it("leaves the store as it was", async () => {
    mkdirSync(join(folder, "cache/images/.staging/oci"), { recursive: true });
    const stopping = new AbortController();
    writeFileSync(
      join(folder, "bin/skopeo"),
      `#!/bin/sh\n[ "$1" = --version ] && echo 1.9 && exit\necho > '${folder}/started'; sleep 60\n`,
    );
    const taking = openStore({ signal: stopping.signal }).take("local/site:1");
    taking.catch(() => undefined);
    await expect.poll(() => existsSync(join(folder, "started")), { timeout: 20_000 }).toBe(true);
    stopping.abort(new Error("Interrupted"));
    await expect(taking).rejects.toThrow("Interrupted");
    expect(readdirSync(join(folder, "cache/images"))).toEqual([]);
  });
});
