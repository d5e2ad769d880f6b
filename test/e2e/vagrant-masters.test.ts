// Three masters and three ZooKeeper servers on machines that are containers, and what becomes of them without the leader's.
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerAnswers } from "./support/docker.ts";
import type { StatusOutput, UpOutput } from "./support/json.ts";
import { until } from "./support/until.ts";
import { Workplace } from "./support/workplace.ts";

const vagrantThere = !execaSync("vagrant", ["--version"], { reject: false }).failed;

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const status = async (): Promise<StatusOutput> => (await place.json<StatusOutput>("status")).output;

/** The machine on which the master is that leads. */
async function leadersMachine(): Promise<string | undefined> {
  const { leader } = await status();
  const machines: Record<string, string> = { 10: "mesos-master", 9: "mesos-master-2", 8: "mesos-master-3" };
  return machines[/^master@192\.168\.34\.(\d+):5050$/.exec(leader?.pid ?? "")?.[1] ?? ""];
}

async function containerOf(machine: string): Promise<string> {
  const label = `label=mesos-up.state=${place.state()}`;
  const { stdout } = await execa("docker", ["ps", "--filter", label, "--format", "{{.Names}}"]);
  return stdout.split("\n").find((name) => name.endsWith(`-${machine}`)) ?? "";
}

describe.skipIf(!vagrantThere || !dockerAnswers)("three masters and ZooKeeper servers on machines", () => {
  it("go on without the leader's machine, which comes back", async () => {
    const file =
      "vagrant: { provider: docker, network: 192.168.34 }\nmasters: { count: 3 }\nzookeeper: { servers: 3 }\n";
    await place.write("cluster.yaml", `backend: vagrant\n${file}`);
    const { output: up, stderr } = await place.json<UpOutput>("up", "--cluster", "cluster.yaml");
    expect(stderr).not.toContain("Error");
    expect(up.zkUrl).toBe("zk://192.168.34.10:2181,192.168.34.9:2181,192.168.34.8:2181/mesos");

    const first = (await leadersMachine()) ?? "";
    await execa("docker", ["kill", await containerOf(first)]);
    await until("another master leads, and the agent is active", async () => {
      const leader = await leadersMachine();
      const agents = (await status()).leader?.agents ?? [];
      return leader !== undefined && leader !== first && agents.some(({ active }) => active);
    });
    const number = { "mesos-master": 1, "mesos-master-2": 2, "mesos-master-3": 3 }[first] ?? 0;
    const gone = [`zookeeper-${number}`, `master-${number}`];
    expect((await status()).nodes.flatMap(({ name, state }) => (state === "dead" ? [name] : []))).toEqual(gone);
    const { output: run } = await place.json<{ check?: { url: string } }>("run", "nginx", "--detach");
    expect(run.check?.url).toMatch(/^http:\/\/192\.168\.34\.11:\d+\/$/);

    const { output: mended } = await place.json<UpOutput>("up");
    expect(mended.started).toEqual(gone);
    expect((await status()).nodes.map(({ state }) => state)).toEqual(Array(7).fill("running"));
    expect((await fetch(run.check?.url ?? "")).status).toBe(200);
    expect((await place.run("down")).exitCode).toBe(0);
    expect(place.leftovers()).toEqual([]);
  }, 900_000);
});
