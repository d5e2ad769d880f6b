// What machines that are containers leave in Docker, and its removal where the cluster's folder is gone. Docker is a program
// that answers as the daemon would, and notes what it is to remove.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createVagrantBackend, type VagrantBackend } from "../../../src/backends/vagrant/vagrant-backend.ts";

const network = "vagrant_network_192.168.33.0/24";

let folder: string;
let backend: VagrantBackend;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vagrant-leftovers-"));
  const script = `#!/bin/sh
cd '${folder}'
case "$1 $*" in
  "network network inspect"*) [ -e network ] && echo '${network}' ;;
  "network network rm"*) echo "$3" >>removed; rm network ;;
  ps*.Label*) cat folders 2>/dev/null || true ;;
  ps*label=*) cat machines 2>/dev/null || true ;;
  ps*network=*) cat others 2>/dev/null || true ;;
  rm*) echo "$*" >>removed; rm machines ;;
  *) exit 1 ;;
esac
`;
  writeFileSync(join(folder, "docker"), script);
  chmodSync(join(folder, "docker"), 0o755);
  backend = createVagrantBackend({ root: folder, env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder } });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const there = (name: string, content = ""): void => writeFileSync(join(folder, name), content);
const machine = `up-demo-1-mesos-master bridge,${network} Up 3 minutes\n`;

/** A cluster whose record cannot be read, but of which Vagrant's plan is left. */
function leavePlan(): string {
  const cluster = join(folder, ".mesos-up/demo");
  mkdirSync(cluster, { recursive: true });
  writeFileSync(join(cluster, "plan.json"), '{ "vagrant": { "machines": [{ "address": "192.168.33.10" }] } }');
  return cluster;
}

describe("the clusters that are known", () => {
  it("are those with a folder here, and those with machines that are containers, each once", async () => {
    expect(await backend.list()).toEqual([]);
    const demo = leavePlan();
    const [lost, other] = [join(folder, ".mesos-up/lost"), "/elsewhere/.mesos-up/other"];
    there("folders", `${lost}\n${demo}\n${lost}\n${other}\n`);
    expect(await backend.list()).toEqual([
      { name: "demo", folder: demo },
      { name: "lost", folder: lost },
      { name: "other", folder: other },
    ]);
  });

  it("are those with a folder alone where Docker does not answer", async () => {
    const demo = leavePlan();
    writeFileSync(join(folder, "docker"), "#!/bin/sh\nexit 1\n");
    expect(await backend.list()).toEqual([{ name: "demo", folder: demo }]);
  });
});

describe("what is left of machines", () => {
  it("is their network, unless others' machines are in it, halted ones too", async () => {
    const cluster = leavePlan();
    const look = await backend.traces("demo");
    rmSync(cluster, { recursive: true });
    expect(await look()).toEqual({ lookedFor: ["machines", "containers", "networks", "files"], found: [] });
    there("network");
    expect((await look()).found).toEqual([`network ${network}`]);
    there("others", "up-other-2-mesos-master\n");
    expect((await look()).found).toEqual([]);
  });

  it("is every container with the cluster's label, and its folder", async () => {
    const cluster = leavePlan();
    there("machines", machine);
    expect((await (await backend.traces("demo"))()).found).toEqual([
      "container up-demo-1-mesos-master",
      `folder ${cluster}`,
    ]);
  });

  it("is found and removed where the folder was lost", async () => {
    there("machines", machine);
    there("network");
    const limits = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 60_000 };
    const { removed } = await backend.down("demo", limits);
    expect(removed.slice(0, 2)).toEqual(["container up-demo-1-mesos-master", `network ${network}`]);
    expect(readFileSync(join(folder, "removed"), "utf8")).toBe(
      `rm --force --volumes up-demo-1-mesos-master\n${network}\n`,
    );
    expect(existsSync(join(folder, ".mesos-up/demo"))).toBe(false);
    expect((await backend.down("demo", limits)).removed).toEqual([]);
  });
});
