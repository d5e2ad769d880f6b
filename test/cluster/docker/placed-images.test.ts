import { describe, expect, it } from "vitest";
import { defaultDockerPlacement } from "../../../src/cluster/docker/default-placement.ts";
import { mesosImage, mirrorImage, zookeeperImage } from "../../../src/cluster/docker/placed-images.ts";
import { parseClusterObject } from "../../../src/cluster/parse-cluster-file.ts";

const recipe = { context: "/package", dockerfile: "FROM scratch\n", architecture: "amd64" } as const;

function built(images: object, over: Partial<typeof recipe> | { architecture: "arm64" } = {}) {
  const image = mesosImage(parseClusterObject({ images }), { ...recipe, ...over });
  if (image.kind !== "built") throw new Error("It is not built.");
  return image;
}

/** One a line, each with its path. */
function problemsOf(written: object): string {
  try {
    parseClusterObject(written);
    return "";
  } catch (error) {
    const { issues } = error as { issues: { path: string; message: string }[] };
    return issues.map(({ path, message }) => `${path} ${message}`).join("\n");
  }
}

describe("images that a cluster file says nothing of", () => {
  it("are the official one of ZooKeeper, and one of Mesos that is built from a package of the daemon's architecture", () => {
    expect(zookeeperImage({})).toEqual({ kind: "pull", reference: "zookeeper:3.9" });
    const image = built({});
    expect(image).toMatchObject({
      reference: expect.stringMatching(/^mesos-up\/mesos:[0-9a-f]{16}$/) as string,
      context: "/package",
      buildArgs: { BASE_IMAGE: "ubuntu:24.04", MESOS_PACKAGE_SHA256: "" },
      platform: "linux/amd64",
      labels: { "mesos-up.project": "mesos-up" },
    });
    expect(image.buildArgs["MESOS_PACKAGE_URL"]).toMatch(/^http.*_amd64\.deb$/);
    expect(built({}, { architecture: "arm64" }).buildArgs["MESOS_PACKAGE_URL"]).toMatch(/_arm64\.deb$/);
  });

  it("are the registry's own for a mirror, which there is only where it is wanted", () => {
    expect(mirrorImage(parseClusterObject({}))).toBeUndefined();
    const wanted = { docker: { registry_mirror: true } };
    expect(mirrorImage(parseClusterObject(wanted))).toEqual({ kind: "pull", reference: "registry:2" });
    const named = { ...wanted, images: { mirror: "registry:3" } };
    expect(mirrorImage(parseClusterObject(named))?.reference).toBe("registry:3");
  });
});

describe("images that a cluster file names", () => {
  it("are taken as they are", () => {
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    const spec = parseClusterObject({ images: { zookeeper: `zookeeper@${digest}`, mesos: "localhost:5000/a/mesos" } });
    expect(zookeeperImage(spec)).toEqual({ kind: "pull", reference: `zookeeper@${digest}` });
    expect(mesosImage(spec, recipe)).toEqual({ kind: "pull", reference: "localhost:5000/a/mesos" });
  });

  it("are built from the package that the file names, of whatever version that is", () => {
    const sha256 = "ab".repeat(32);
    const mesos = { package: "https://packages.example/m_{version}_{arch}.deb", version: "1.11.0", sha256 };
    expect(built({ mesos: { ...mesos, base: "debian:12" } }).buildArgs).toEqual({
      BASE_IMAGE: "debian:12",
      MESOS_PACKAGE_URL: "https://packages.example/m_1.11.0_amd64.deb",
      MESOS_PACKAGE_VERSION: "1.11.0",
      MESOS_PACKAGE_SHA256: sha256,
    });
    const unversioned = built({ mesos: { package: "https://packages.example/mesos.deb" } });
    expect(unversioned.buildArgs).toMatchObject({ MESOS_PACKAGE_VERSION: "" });
  });

  it("have another tag when they are built from anything else", () => {
    const tags = [
      built({}),
      built({ mesos: { base: "debian:12" } }),
      built({ mesos: { version: "1.11.0-1" } }),
      built({}, { dockerfile: "FROM other\n" } as object),
      built({}, { architecture: "arm64" }),
    ].map(({ reference }) => reference);
    expect(new Set(tags).size).toBe(tags.length);
    expect(built({}).reference).toBe(tags[0]);
  });

  it.each([
    [{ zookeeper: "Zoo Keeper" }, "images.zookeeper"],
    [{ zookeeper: "zookeeper:" }, "images.zookeeper"],
    [{ zookeeper: "zookeeper@sha256:12" }, "images.zookeeper"],
    [{ mesos: { package: "mesos.deb" } }, "images.mesos"],
    [{ mesos: { sha256: "12" } }, "images.mesos"],
    [{ mesos: { dockerfile: "x" } }, "images.mesos"],
    [{ nginx: "nginx" }, "images.nginx"],
  ])("are refused as %j", (images, path) => {
    expect(problemsOf({ images })).toContain(path);
  });
});

describe("the Docker section of a cluster file", () => {
  it("is completed with its defaults", () => {
    expect(parseClusterObject({ docker: {} }).docker).toEqual({ privileged: false });
    expect(parseClusterObject({ docker: { registry_mirror: true } }).docker?.registry_mirror).toEqual({
      remote: "https://registry-1.docker.io",
    });
    const mirror = { remote: "http://127.0.0.1:5001", port: 5002 };
    const spec = parseClusterObject({ docker: { subnet: "10.1.0.0/16", privileged: true, registry_mirror: mirror } });
    expect(spec.docker).toEqual({ subnet: "10.1.0.0/16", privileged: true, registry_mirror: mirror });
    expect(parseClusterObject(spec)).toEqual(spec);
  });

  it.each([
    [{ subnet: "172.30.0.0" }, "docker.subnet must be an IPv4 network of 256 addresses or more"],
    [{ subnet: "172.30.0.0/28" }, "docker.subnet must be an IPv4 network of 256 addresses or more"],
    [{ privileged: "yes" }, "docker.privileged"],
    [{ registry_mirror: { remote: "docker.io" } }, "docker.registry_mirror"],
    [{ registry_mirror: { port: 0 } }, "docker.registry_mirror"],
  ])("is refused as %j", (docker, problem) => {
    expect(problemsOf({ docker })).toContain(problem);
  });
});

describe("a place that nobody has looked for yet", () => {
  const spec = parseClusterObject({ docker: { subnet: "10.7.0.0/24", registry_mirror: true } });
  const stateDirectory = "/home/luke/.mesos-up/demo";

  it("is an ordinary daemon of this machine", () => {
    const { docker } = defaultDockerPlacement(spec, { stateDirectory, desktop: false, recipe });
    expect(docker).toMatchObject({
      form: "host",
      network: { subnet: "10.7.0.0/24", gateway: "10.7.0.1" },
      socket: "/var/run/docker.sock",
      publish: { bind: "127.0.0.1", hostname: "127.0.0.1" },
      images: {
        zookeeper: { reference: "zookeeper:3.9" },
        mesos: { kind: "built" },
        mirror: { reference: "registry:2" },
      },
    });
  });

  it("is a daemon in a virtual machine with Docker Desktop", () => {
    expect(defaultDockerPlacement(spec, { stateDirectory, desktop: true, recipe }).docker.form).toBe("bridge");
  });
});
