// Clusters in Docker on a real daemon, from the first `up` to the last leftover: with real ZooKeeper, the engine's image, and
// Terraform with its Docker provider, or with the stand-in of this repository where the real one cannot be had.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { terraformProvider } from "../support/terraform-provider.ts";
import { containerOf, docker, thingsInDocker } from "./support/docker-cluster.ts";
import { dockerAnswers } from "./support/docker.ts";
import type { DownAllOutput, DownOutput, Failure, LogsOutput, StatusOutput, UpOutput } from "./support/json.ts";
import { ordinaryUser } from "./support/ordinary-user.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

const provider = dockerAnswers ? terraformProvider() : { isStandIn: true, env: {} };
const inDocker = ["--backend", "docker"];
const file = (agents: string[], rest = ""): string =>
  `name: one\nbackend: docker\nengine: embedded\n${rest}agents:\n${agents.map((agent) => `  - ${agent}\n`).join("")}`;

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.create({ env: provider.env });
});
afterAll(async () => {
  await place.remove();
});

describe.skipIf(!dockerAnswers)(`a cluster in Docker${provider.isStandIn ? ", by the stand-in provider" : ""}`, () => {
  it("comes up as planned, alone at its folder, and is left alone when it is asked for again", async () => {
    await place.write("cluster.yaml", file(["name: a", "name: b"]));
    const first = place.launch("up", "--cluster", "cluster.yaml", "--json");
    await first.said("Stacks are synthesized");
    const busy = await place.json<Failure>("down", "--cluster", "cluster.yaml");
    expect(busy.output.error.code).toBe("CLUSTER_BUSY");
    const { stdout, stderr, exitCode } = await first.end();
    expect(stderr).toContain("+ docker_container: a, b, master-1, zookeeper-1");
    expect(exitCode).toBe(0);
    const output = JSON.parse(stdout) as UpOutput;
    expect(output.started).toEqual(["zookeeper-1", "master-1", "a", "b"]);
    const again = await place.json<UpOutput>("up", "--cluster", "cluster.yaml");
    expect(again).toMatchObject({ exitCode: 0, output: { started: [] } });
    const { output: status } = await place.json<StatusOutput>("status", "--cluster", "cluster.yaml");
    expect(status).toMatchObject({ ok: true, leader: { agents: [{ active: true }, { active: true }] } });
    expect(status.nodes.map(({ state, version }) => [state, version?.split(" ")[0]])).toEqual([
      ["running", "ZooKeeper"],
      ["running", "mesos-master"],
      ["running", "mesos-agent"],
      ["running", "mesos-agent"],
    ]);
  });

  it("is changed only where its file was: an agent joins, one is drained and goes, one that was lost comes back", async () => {
    const nginx = await place.json("run", "nginx", "--detach", "--cluster", "cluster.yaml");
    expect(nginx.exitCode).toBe(0);
    const { task } = nginx.output as {
      task: { agent: string; address: string; hostPorts: number[]; containerId: string };
    };
    const { output: placed } = await place.json<UpOutput>("up", "--cluster", "cluster.yaml");
    const host = placed.agents.find(({ url }) => url === `http://${task.agent}`)?.name ?? "";
    const other = host === "a" ? "b" : "a";

    await place.write("cluster.yaml", file([`name: a`, `name: b`, `name: c`]));
    docker("rm", "--force", containerOf(place, "one", other));
    const joined = await place.json<UpOutput>("up", "--cluster", "cluster.yaml");
    expect(joined.output.started.sort()).toEqual([other, "c"].sort());
    expect((await fetch(`http://${task.address}:${task.hostPorts[0] ?? 0}/`)).status).toBe(200);

    const { output: logs } = await place.json<LogsOutput>("logs", "--lines", "100000", "--cluster", "cluster.yaml");
    expect(logs.missing).toEqual([]);
    const sources = new Set(logs.entries.map(({ source }) => source.replace(/ std(out|err)$/, "")));
    for (const one of ["zookeeper-1", "master-1", "a", "b", "c"]) expect(sources).toContain(one);
    expect([...sources].some((source) => source.startsWith("nginx."))).toBe(true);

    const staying = ["zookeeper-1", "master-1", other, "c"].map((node) => containerOf(place, "one", node));
    await place.write(
      "cluster.yaml",
      file(["a", "b", "c"].filter((name) => name !== host).map((name) => `name: ${name}`)),
    );
    const left = await place.run("up", "--cluster", "cluster.yaml");
    expect(left).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`Removed agents are drained · ${host}`) as string,
    });
    const runs = docker("inspect", "--format", "{{.State.Running}}", `mesos-${task.containerId}`);
    expect(runs).toBe("false");
    expect(["zookeeper-1", "master-1", other, "c"].map((node) => containerOf(place, "one", node))).toEqual(staying);
    const { output: status } = await place.json<StatusOutput>("status", "--cluster", "cluster.yaml");
    expect(status.leader?.agents.filter(({ active }) => active)).toHaveLength(2);
  });

  it("is removed to the last task, volume and folder, also when Terraform's state is lost", async () => {
    rmSync(place.path(".mesos-up/one/terraform"), { recursive: true });
    const { output } = await place.json<DownOutput>("down", "--cluster", "cluster.yaml");
    expect(output.removed.some((thing) => thing.startsWith("container mesos-"))).toBe(true);
    expect(thingsInDocker(place, "one")).toEqual([]);
    expect(place.leftovers()).toEqual([]);
    const again = await place.json<DownOutput>("down", "--cluster", "cluster.yaml");
    expect(again).toMatchObject({ exitCode: 0, output: { removed: [] } });
  });

  it("is removed also when `up` was killed half-way", async () => {
    await place.write("cluster.yaml", file(["name: a"]));
    const up = place.launch("up", "--cluster", "cluster.yaml");
    await until("a container is there", () =>
      thingsInDocker(place, "one").some((thing) => thing.startsWith("container")),
    );
    up.killHard();
    await up.end();
    expect((await place.run("down", "--cluster", "cluster.yaml")).exitCode).toBe(0);
    expect(thingsInDocker(place, "one")).toEqual([]);
    expect(place.leftovers()).toEqual([]);
  });
});

describe.skipIf(!dockerAnswers)("a bring-up in Docker that fails", () => {
  it("shows the last log lines of what ended, and takes everything back unless it is to be kept", async () => {
    await place.write("cluster.yaml", file(["{ name: a, flags: { docker_socket: /no/such.sock } }"]));
    const { output, exitCode } = await place.json<Failure>("up", "--cluster", "cluster.yaml");
    expect(exitCode).toBe(1);
    expect(output.error).toMatchObject({
      code: "NODE_ENDED",
      message: expect.stringContaining("a has ended") as string,
    });
    expect(output.error.evidence).toContain("/no/such.sock");
    expect(thingsInDocker(place, "one")).toEqual([]);
    expect(place.leftovers()).toEqual([]);
    await place.run("up", "--cluster", "cluster.yaml", "--keep");
    expect(thingsInDocker(place, "one")).not.toEqual([]);
    await place.write(".mesos-up/one/cluster.json", "damaged");
    const { output: down } = await place.json<DownAllOutput>("down", "--all");
    expect(down).toMatchObject({ ok: true, clusters: [{ name: "one", backend: "docker" }] });
    expect(thingsInDocker(place, "one")).toEqual([]);
    expect(place.leftovers()).toEqual([]);
  });

  it("says in one sentence what was missing and what to do", async () => {
    const oldTerraform = place.path("terraform-old");
    writeFileSync(oldTerraform, "#!/bin/sh\necho 'Terraform v0.12.31'\n");
    chmodSync(oldTerraform, 0o755);
    const noMirror = await place.write(
      "none.tfrc",
      `provider_installation {\n  filesystem_mirror { path = "${place.folder}" }\n}\n`,
    );
    await place.write("absent.yaml", file(["name: a"], "images: { zookeeper: localhost:1/absent:1 }\n"));
    const cases: [code: string, env: Record<string, string>, cluster?: string][] = [
      ["DOCKER_UNREACHABLE", { DOCKER_HOST: `unix://${place.folder}/no.sock` }],
      ["DOCKER_CONTEXT_UNKNOWN", { DOCKER_CONTEXT: "no-such-context" }],
      ["DOCKER_HOST_UNKNOWN", { DOCKER_HOST: "ssh://nobody@localhost" }],
      ["TERRAFORM_MISSING", { TERRAFORM_BINARY_NAME: "no-such-terraform" }],
      ["TERRAFORM_TOO_OLD", { TERRAFORM_BINARY_NAME: oldTerraform }],
      ["PROVIDER_UNAVAILABLE", { TF_CLI_CONFIG_FILE: place.path(noMirror) }],
      ["IMAGE_UNAVAILABLE", {}, "absent.yaml"],
    ];
    await place.write("cluster.yaml", file(["name: a"]));
    for (const [code, env, cluster = "cluster.yaml"] of cases) {
      const elsewhere = await Workplace.create({ env: { ...provider.env, ...env } });
      const { output } = await elsewhere.json<Failure>("up", "--cluster", place.path(cluster));
      expect(output.error).toMatchObject({ code, hint: expect.stringMatching(/\S/) as string });
      expect(elsewhere.leftovers()).toEqual([]);
      await elsewhere.remove();
    }
    const user = ordinaryUser();
    const theirs = await Workplace.create({ ...user.options, env: { ...user.options.env, ...provider.env } });
    const { output } = await theirs.json<Failure>("up", "--name", "one", ...inDocker);
    expect(output.error.code).toBe("DOCKER_FORBIDDEN");
    await theirs.remove();
    user.remove();
  });
});

describe.skipIf(!dockerAnswers)("the demo of a highly available cluster in Docker", () => {
  it("keeps nginx answering while a master, a ZooKeeper server and its agent fail, one after the other", async () => {
    const agents = ["r1", "r2", "r3"].map((rack) => `{ name: agent-${rack}, attributes: "rack:${rack}" }`);
    const flags = "masters: { count: 3, flags: { agent_ping_timeout: 1secs, max_agent_ping_timeouts: 3 } }\n";
    await place.write("ha.yaml", file(agents, `zookeeper: { servers: 3 }\n${flags}`));
    const { report, stderr } = await place.demo("--cluster", "ha.yaml");
    expect(report.error, stderr).toBeUndefined();
    expect(report.ok).toBe(true);
    expect(report.faults?.map(({ fault }) => fault.replace(/ \(.*/, ""))).toEqual([
      "leading master stopped",
      "ZooKeeper follower stopped",
      "agent's container restarted",
      "agent lost",
    ]);
    expect(report.faults?.slice(0, 3).map(({ failed }) => failed)).toEqual([0, 0, 0]);
    expect(thingsInDocker(place, "one")).toEqual([]);
    expect(place.leftovers()).toEqual([]);
  });
});
