// The plan for virtual machines, carried out by the scripts on one container that stands for both of its machines: systemd is
// its first process, and a Docker daemon of its own runs ZooKeeper, Mesos and the tasks.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureMachineImage } from "../../src/backends/vagrant/machine-image/machine-image.ts";
import { parseClusterFile } from "../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../src/cluster/plan.ts";
import type { ClusterPlan } from "../../src/cluster/plan-types.ts";
import { dockerAnswers } from "./support/docker.ts";
import { until } from "./support/until.ts";
import { processesOf, Workplace } from "./support/workplace.ts";

const needed = ["/usr/lib/systemd/systemd", "/usr/lib/systemd/system/docker.service"];
const missing = needed.filter((path) => !existsSync(path));
if (missing.length > 0) {
  if (process.env["CI"])
    throw new Error(`CI tests the machines' services with systemd, and lacks ${missing.join(", ")}.`);
  console.warn(`Services are not tested under systemd here: there is no ${missing.join(", ")}.`);
}

const own = "mesos-up-e2e-virtual";
const network = "192.168.77";
/** Under names of the test's own: other tests take images away under the names that they are made under. */
const images = { zookeeper: `${own}/zookeeper:1`, engine: `${own}/engine:1`, nginx: `${own}/nginx:1` };

/** systemd, Docker and their settings are this machine's own; its packages are those that the image is made of. */
const asMachine = [
  ...["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"].flatMap((name) => ["--cap-add", name]),
  ...["seccomp=unconfined", "apparmor=unconfined"].flatMap((option) => ["--security-opt", option]),
  ...["/run", "/run/lock", "/tmp", "/usr/local/bin:exec"].flatMap((path) => ["--tmpfs", path]),
  ...["/usr:/usr:ro", "/etc/alternatives:/etc/alternatives:ro", "/var/lib/docker", "/var/local/mesos"].flatMap(
    (path) => ["--volume", path],
  ),
  ...["--volume", `${resolve("scripts/provision")}:/provision:ro`, "--env", "container=docker"],
  ...["--network", own, "--ip", `${network}.10`],
];

// Without an identity of its own a machine is taken for one that starts for the first time, and every service is enabled.
const startSystemd = `
for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$mount" 2>/dev/null || true; done
if ! [ -f /sys/fs/cgroup/cgroup.controllers ] && ! mountpoint -q /sys/fs/cgroup/systemd; then
  mkdir -p /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
fi
ip address add ${network}.11/24 dev eth0
groupadd docker
rm -rf /var/run
ln -s /run /var/run
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
exec ${needed[0]} --unit=basic.target
`;

let place: Workplace;
let container = "";
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await execa("docker", ["rm", "--force", "--volumes", container], { reject: false });
  await execa("docker", ["network", "rm", own], { reject: false });
  await execa("docker", ["rmi", ...Object.values(images)], { reject: false });
  await place.remove();
});

const onMachine = (...command: string[]) => execa("docker", ["exec", container, ...command], { reject: false });

async function startMachine(): Promise<void> {
  const progress = { progress: () => undefined, note: () => undefined };
  const { reference } = await ensureMachineImage({ env: process.env, signal: new AbortController().signal, progress });
  await execa("docker", ["network", "create", "--subnet", `${network}.0/24`, own]);
  const start = ["run", "--detach", ...asMachine, reference, "sh", "-c", startSystemd];
  container = (await execa("docker", start)).stdout;
  const state = async () => (await onMachine("systemctl", "is-system-running")).stdout;
  await until("systemd runs", async () => ["running", "degraded"].includes(await state()));
}

/** Made where they are not at hand, and sent to the machine as its Docker reads them. */
async function bringImages(): Promise<void> {
  await until("the images are there", async () => {
    const { output } = await place.json<{ images: { reference: string }[] }>("images", "build");
    const tagged = await Promise.all(
      Object.entries(images).map(([name, tag]) => {
        const made = output.images.find(({ reference }) => reference.startsWith(`mesos-up/${name}:`));
        return execa("docker", ["tag", made?.reference ?? "", tag], { reject: false });
      }),
    );
    return tagged.every(({ failed }) => !failed);
  });
  const save = execa("docker", ["save", ...Object.values(images)], { buffer: false });
  await save.pipe("docker", ["exec", "--interactive", container, "docker", "load"]);
}

function planned(): ClusterPlan {
  const file = [
    "backend: vagrant",
    `vagrant: { provider: virtualbox, network: ${network} }`,
    `images: { mesos: '${images.engine}', zookeeper: '${images.zookeeper}' }`,
  ];
  const placement = { stateDirectory: place.state(), slot: 0, containerProgram: "docker", imageStore: "" };
  const spec = parseClusterFile(file.join("\n"), "cluster.yaml", { backend: "vagrant" });
  return plan(spec, { ...placement, vagrant: { provider: "virtualbox" } });
}

async function provision({ vagrant }: ClusterPlan, only?: readonly string[]): Promise<void> {
  for (const [script = "", ...args] of vagrant?.machines.flatMap(({ commands }) => commands) ?? []) {
    if (only?.includes(script) === false) continue;
    const { exitCode, all } = await execa("docker", ["exec", container, "sh", `/provision/${script}`, ...args], {
      ...{ reject: false, all: true },
    });
    expect(exitCode, all).toBe(0);
  }
}

const services = ["zookeeper", "mesos-master", "mesos-agent"];

/** What would differ had a service been started or a file been written anew. */
async function traces(): Promise<string> {
  const look = `systemctl show --property=MainPID,NRestarts,InvocationID ${services.join(" ")} docker; stat -c '%n %y' /etc/systemd/system/*.service /etc/mesos-up/services/*/*; docker ps --format '{{.ID}} {{.Names}}'`;
  return (await onMachine("sh", "-c", look)).stdout;
}

const agentContainer = async (): Promise<string> =>
  (await onMachine("docker", "inspect", "--format", "{{.Id}} {{.State.Running}}", "up-mesos-agent")).stdout;

describe.skipIf(!dockerAnswers || missing.length > 0)("the plan for virtual machines, with systemd and Docker", () => {
  it("is carried out once, serves nginx at the agent's address, and outlives what dies", async () => {
    const made = planned();
    await startMachine();
    await provision(made, ["prepare.sh", "docker.sh"]);
    await bringImages();
    await provision(made);

    const units = services.map((name) => `${name}.service`);
    const verified = await onMachine("systemd-analyze", "verify", ...units);
    expect(`${verified.stdout}${verified.stderr}`).not.toMatch(/zookeeper|mesos-(master|agent)/);
    expect((await onMachine("systemctl", "is-enabled", ...units)).stdout).toBe("enabled\nenabled\nenabled");
    for (const [name, kind] of [
      ["up-mesos-master", "master"],
      ["up-mesos-agent", "agent"],
    ]) {
      const { stdout: args } = await onMachine("docker", "inspect", "--format", "{{json .Args}}", name ?? "");
      expect(JSON.parse(args)).toEqual(made.nodes.find((node) => node.kind === kind)?.args);
    }
    const before = await traces();
    await provision(made);
    expect(await traces()).toBe(before);

    const run = ["run", "nginx", "--detach", "--master", made.zookeeper.url, "--image", images.nginx];
    const { output: nginx, stderr } = await place.json<{ check?: { url: string } }>(...run);
    expect(stderr).not.toContain("Error");
    const url = nginx.check?.url ?? "";
    expect(url).toMatch(new RegExp(`^http://${network}\\.11:\\d+/$`));

    const agent = await agentContainer();
    await onMachine("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "mesos-agent");
    await until("another agent runs", async () => {
      const another = await agentContainer();
      return another.endsWith("true") && another !== agent;
    });
    await until("it answers", async () => {
      return (await onMachine("mesos-component", "status", "mesos-agent")).exitCode === 0;
    });
    expect((await fetch(url)).status).toBe(200);

    expect((await onMachine("mesos-component", "stop", "mesos-master")).exitCode).toBe(0);
    expect(await onMachine("mesos-component", "status", "mesos-master")).toMatchObject({
      exitCode: 1,
      stdout: "mesos-master is stopped",
    });
    expect((await onMachine("mesos-component", "restart", "mesos-master")).exitCode).toBe(0);
    expect(await onMachine("mesos-component", "status", "mesos-master")).toMatchObject({
      exitCode: 0,
      stdout: `mesos-master runs and answers at ${network}.10:5050`,
    });
    const stopped = await place.run("stop-app", "nginx", "--master", made.zookeeper.url);
    expect(stopped.exitCode, stopped.stderr).toBe(0);
    await until("its processes have ended", () => processesOf(place.folder).length === 0);
  });
});
