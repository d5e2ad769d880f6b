// Images sent to agents' virtual machines: Docker here and there, and ssh, are programs that remember what they are given.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageOnMachines } from "../../../src/backends/vagrant/image-on-machines.ts";
import { plan } from "../../../src/cluster/plan.ts";
import type { ClusterPlan } from "../../../src/cluster/plan-types.ts";
import { defaultClusterSpec } from "../../../src/cluster/spec.ts";
import type { StepContext } from "../../../src/progress/events.ts";

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "image-on-machines-"));
  const config =
    "'1,mesos-agent,ssh-config,Host mesos-agent\\n  Port 1\\n' '1,mesos-agent-2,ssh-config,Host x\\n  Port 2\\n'";
  program("here/vagrant", `printf '%s\\n' ${config}`);
  // A daemon of its own for each machine: a folder, with a file for each image.
  program(
    "here/ssh",
    `MACHINE=$5; export MACHINE; PATH='${folder}/there':$PATH; for last; do :; done; exec sh -c "$last"`,
  );
  // Nothing is to be had from a registry here either.
  program("here/skopeo", 'echo skopeo version 1.9.3; [ "$1" = --version ]');
  program("here/docker", docker(`'${folder}'/images`));
  program("there/docker", docker(`'${folder}'/"$MACHINE"`));
  program("there/sudo", 'exec "$@"');
  // In place of the script that pulls: a registry that has one image.
  program(
    "there/sh",
    `[ "$1" != /opt/mesos-up/provision/image.sh ] && exec /bin/sh "$@"
    [ "$2" = nginx:stable ] && exit; echo MESOS_UP_FAILED: The image "$2" could not be had. >&2; exit 1`,
  );
  for (const daemon of ["images", "mesos-agent", "mesos-agent-2"]) mkdirSync(join(folder, daemon));
  env = { PATH: `${folder}/here:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, "cache"), HOME: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** An image's file has its identity. */
function docker(images: string): string {
  return `cd ${images} && echo "$*" >>../calls && case $1 in
    image) cat "$5" 2>/dev/null || { echo "No such image: $5" >&2; exit 1; } ;;
    save) { echo "$4"; cat "$4"; } >"$3" ;;
    load) { read -r name; cat >"$name"; } ;;
    *) exit 1 ;;
  esac`;
}

function machines(): ClusterPlan {
  const placement = { stateDirectory: folder, slot: 0, containerProgram: "docker", imageStore: "" };
  const spec = defaultClusterSpec();
  return plan(
    { ...spec, backend: "vagrant", agents: spec.agents.map((agents) => ({ ...agents, count: 2 })) },
    { ...placement, vagrant: { provider: "virtualbox" } },
  );
}

const said: string[] = [];
const context = {
  ...{ signal: new AbortController().signal, note: () => undefined, detail: () => undefined },
  progress: (text: string) => void said.push(text),
} as unknown as StepContext;
const offer = (image: string) => imageOnMachines(image, machines(), { env, context });
const imageOf = (machine: string, name: string): string => readFileSync(join(folder, machine, name), "utf8").trim();

describe("the image of an app on virtual machines", () => {
  it("is sent from Docker here to those that lack it, or have another one under its name", async () => {
    writeFileSync(join(folder, "images/site:1"), "sha256:new\n");
    writeFileSync(join(folder, "mesos-agent-2/site:1"), "sha256:old\n");
    expect(await offer("site:1")).toEqual({ reference: "site:1", description: "site:1, from Docker" });
    expect([imageOf("mesos-agent", "site:1"), imageOf("mesos-agent-2", "site:1")]).toEqual([
      "sha256:new",
      "sha256:new",
    ]);
    expect(said).toContain("sending site:1 to mesos-agent, mesos-agent-2");

    rmSync(join(folder, "calls"));
    await offer("site:1");
    expect(readFileSync(join(folder, "calls"), "utf8")).not.toMatch(/load|save/);
  });

  it("is pulled by them where it is not here", async () => {
    expect(await offer("nginx:stable")).toMatchObject({ reference: "nginx:stable" });
    expect((await offer("mesos-up/nginx:local")).reference).toBe("nginx:stable");
  });

  it("is told in a machine's words where it is not to be had anywhere", async () => {
    await expect(offer("registry.invalid/nobodys:1")).rejects.toMatchObject({
      code: "PROVISIONING_FAILED",
      message: "The image registry.invalid/nobodys:1 could not be had.",
    });
  });
});
