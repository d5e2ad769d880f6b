import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DockerPlacement } from "../../src/cluster/docker/docker-types.ts";
import { bridged, inDocker, onHost, STATE } from "../cluster/docker/in-docker.ts";
import { problemsOfProvider, problemsOfResource } from "./provider-schema.ts";
import { synthesized, type Resource, type Synthesized } from "./synthesized.ts";

const built: DockerPlacement["images"] = {
  zookeeper: { kind: "present", reference: "mesos-up/zookeeper:3.8" },
  mesos: {
    kind: "built",
    reference: "mesos-up/mesos:1234",
    context: "/package",
    buildArgs: { BASE_IMAGE: "ubuntu:24.04", NOTE: "${x}" },
    platform: "linux/arm64",
    labels: { "mesos-up.project": "mesos-up" },
  },
};

/** Cluster files and placements, and how many of each resource are to come of them. */
const table: { is: string; file: object; docker: DockerPlacement; counts: Record<string, number> }[] = [
  {
    is: "the default cluster",
    file: {},
    docker: onHost,
    counts: { docker_container: 3, docker_volume: 3, docker_image: 2, docker_network: 1 },
  },
  {
    is: "a highly available cluster",
    file: { name: "ha", zookeeper: { servers: 3 }, masters: { count: 3 }, agents: 3 },
    docker: onHost,
    counts: { docker_container: 9, docker_volume: 9, docker_image: 2, docker_network: 1 },
  },
  {
    is: "five of everything with published ports",
    file: { name: "1st", zookeeper: { servers: 5 }, masters: { count: 5 }, agents: [{ name: "0", count: 5 }] },
    docker: { ...bridged, images: built },
    counts: { docker_container: 15, docker_volume: 15, docker_image: 2, docker_network: 1 },
  },
  {
    is: "a registry mirror, and agents with every privilege",
    file: { docker: { privileged: true, registry_mirror: true } },
    docker: { ...onHost, images: { ...onHost.images, mirror: { kind: "pull", reference: "registry:2" } } },
    counts: { docker_container: 4, docker_volume: 4, docker_image: 3, docker_network: 1 },
  },
];

function resourcesOf({ resource }: Synthesized): { type: string; name: string; body: Resource }[] {
  return Object.entries(resource).flatMap(([type, all]) =>
    Object.entries(all).map(([name, body]) => ({ type, name, body })),
  );
}

describe.each(table)("the stack of $is", ({ file, docker, counts }) => {
  const plan = inDocker(file, docker);

  it("has the resources of the plan, and nothing that the provider would refuse", async () => {
    const stack = await synthesized(plan, "unix:///run/docker.sock");
    const all = resourcesOf(stack);
    expect(
      Object.fromEntries(Object.entries(stack.resource).map(([type, some]) => [type, Object.keys(some).length])),
    ).toEqual(counts);
    expect(all.flatMap(({ type, body }) => problemsOfResource(type, body))).toEqual([]);
    expect(stack.provider["docker"]!.flatMap(problemsOfProvider)).toEqual([]);
    for (const { name } of all) expect(name).toMatch(/^[a-z_][a-z0-9_-]*$/);
  });

  it("starts containers once the network is there, and again when they end by themselves", async () => {
    const { resource } = await synthesized(plan);
    for (const body of Object.values(resource["docker_container"]!)) {
      expect(body).toMatchObject({
        depends_on: ["docker_network.cluster"],
        restart: "on-failure",
        max_retry_count: 5,
        must_run: true,
        stop_timeout: expect.any(Number) as number,
      });
      expect(body["name"]).not.toMatch(/^mesos-/);
      expect(body["image"]).toMatch(/^\$\{docker_image\.(zookeeper|mesos|mirror)\.image_id\}$/);
    }
  });
});

describe("a stack", () => {
  it("pins the provider and keeps its state in the cluster's folder", async () => {
    const stack = await synthesized(inDocker({}), "tcp://192.0.2.7:2375");
    expect(stack.terraform).toEqual({
      backend: { local: { path: `${STATE}/terraform/terraform.tfstate` } },
      required_providers: { docker: { source: "kreuzwerker/docker", version: "3.6.2" } },
    });
    expect(stack.provider).toEqual({ docker: [{ host: "tcp://192.0.2.7:2375" }] });
  });

  it("leaves the daemon for the provider to find where none is named", async () => {
    expect((await synthesized(inDocker({}))).provider).toEqual({ docker: [{}] });
  });

  it("has images that are pulled, there already, or built, and deletes none", async () => {
    const { resource } = await synthesized(inDocker({}, { ...onHost, images: built }));
    expect(resource["docker_image"]).toEqual({
      zookeeper: { name: "mesos-up/zookeeper:3.8", keep_locally: true },
      mesos: {
        name: "mesos-up/mesos:1234",
        keep_locally: true,
        build: {
          context: "/package",
          build_args: { BASE_IMAGE: "ubuntu:24.04", NOTE: "$${x}" },
          platform: "linux/arm64",
          labels: { "mesos-up.project": "mesos-up" },
          force_remove: true,
        },
      },
    });
  });

  it("pulls images once the mirror answers that they come through", async () => {
    const { file, docker } = table[3]!;
    const { resource } = await synthesized(inDocker(file, docker));
    const { zookeeper, mesos, mirror } = resource["docker_image"]!;
    expect([zookeeper, mesos].map((image) => image?.["depends_on"])).toEqual([
      ["docker_container.registry_mirror"],
      ["docker_container.registry_mirror"],
    ]);
    expect(mirror?.["depends_on"]).toBeUndefined();
    expect(resource["docker_container"]!["registry_mirror"]).toMatchObject({ wait: true });
  });

  it("is the same whenever it is synthesized", async () => {
    expect(await synthesized(inDocker({ agents: 3 }))).toEqual(await synthesized(inDocker({ agents: 3 })));
  });

  it("changes by an agent's resources alone when an agent is added", async () => {
    const before = resourcesOf(await synthesized(inDocker({ agents: 2 })));
    const after = resourcesOf(await synthesized(inDocker({ agents: 3 })));
    const added = after.filter((one) => !before.some((other) => JSON.stringify(other) === JSON.stringify(one)));
    expect(added.map(({ type, name }) => `${type}.${name}`)).toEqual(["docker_container.agent-3"]);
    expect(after).toHaveLength(before.length + 1);
  });

  it("has room for a hundred agents", async () => {
    const { resource } = await synthesized(inDocker({ agents: 100 }));
    expect(Object.keys(resource["docker_container"]!)).toHaveLength(102);
  });
});

describe("what the provider would refuse", () => {
  it("is told with its path", () => {
    const labels = [{ label: "a" }];
    expect(problemsOfResource("docker_volume", { name: 1, labels, mountpoint: "/x", size: 3 })).toEqual([
      'docker_volume.name is not of the type "string"',
      "docker_volume.labels.value is missing",
      "docker_volume.mountpoint is the provider's to say",
      "docker_volume.size is not known",
    ]);
    expect(problemsOfResource("docker_pod", {})).toEqual(["docker_pod is no resource"]);
    const capabilities = [{}, {}];
    expect(problemsOfResource("docker_container", { image: "x", capabilities, command: [1] })).toEqual([
      "docker_container.name is missing",
      "docker_container.capabilities is there too often",
      'docker_container.command is not of the type ["list","string"]',
    ]);
  });
});

describe("the app that the cdktf command runs", () => {
  const file = "name: mine\nagents: 2\nimages: { mesos: someone/mesos:1 }\n";
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "mesos-up-cdktf-")));
    writeFileSync(join(folder, "cluster.yaml"), file);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("synthesizes the cluster of a file", async () => {
    const { output, terraform } = await runApp(folder);
    expect(output["masters"]?.value).toHaveLength(1);
    expect(output["agents"]?.value).toHaveLength(2);
    expect(terraform.backend).toEqual({ local: { path: `${folder}/.mesos-up/mine/terraform/terraform.tfstate` } });
  });

  it("synthesizes a cluster that is up where it is, with what its file says now", async () => {
    const stateDirectory = join(folder, ".mesos-up/mine");
    const network = { subnet: "10.44.0.0/24", gateway: "10.44.0.1" };
    const docker = { ...onHost, network };
    const placement = { stateDirectory, slot: 3, containerProgram: undefined, imageStore: "", docker };
    mkdirSync(stateDirectory, { recursive: true });
    writeFileSync(join(stateDirectory, "cluster.json"), JSON.stringify({ placement }));
    const { output } = await runApp(folder);
    expect(output["masters"]?.value).toEqual(["http://10.44.0.21:5050"]);
    expect(output["agents"]?.value).toEqual(["http://10.44.0.1:5651", "http://10.44.0.1:5652"]);
  });
});

async function runApp(cwd: string): Promise<Synthesized> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const tsx = new URL("../../node_modules/tsx/dist/loader.mjs", import.meta.url).href;
  await promisify(execFile)(process.execPath, ["--import", tsx, join(root, "stacks/main.ts")], {
    cwd,
    env: { PATH: process.env["PATH"], CDKTF_OUTDIR: join(cwd, "out"), MESOS_UP_CLUSTER: "cluster.yaml" },
  });
  return JSON.parse(readFileSync(join(cwd, "out/stacks/mine/cdk.tf.json"), "utf8")) as Synthesized;
}
