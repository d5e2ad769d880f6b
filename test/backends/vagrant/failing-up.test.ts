// Machines that cannot be made: what `up` says of it, and that nothing is left. Vagrant is a program that says what the real
// one says, and keeps its records as that does.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createVagrantBackend } from "../../../src/backends/vagrant/vagrant-backend.ts";
import { parseClusterFile } from "../../../src/cluster/parse-cluster-file.ts";
import { MesosUpError } from "../../../src/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "failing-up-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const allowed = "vagrant: { network: 192.168.56 }\n";

/** `vagrant up` makes a machine, prints the lines and fails; `destroy` forgets the machine. */
function failingVagrant(stdout: readonly string[], stderr = ""): void {
  writeFileSync(join(folder, "stdout"), stdout.join("\n"));
  writeFileSync(join(folder, "stderr"), stderr);
  const machine = "$VAGRANT_DOTFILE_PATH/machines/mesos-master/virtualbox";
  const script = [
    "#!/bin/sh",
    `echo "$1" >>'${folder}/calls'`,
    `[ "$1" != destroy ] || { rm "${machine}/id"; exit 0; }`,
    `mkdir -p "${machine}" && echo 1 >"${machine}/id"`,
    `cat '${folder}/stdout'; cat '${folder}/stderr' >&2; exit 1`,
  ];
  writeFileSync(join(folder, "vagrant"), script.join("\n"));
  chmodSync(join(folder, "vagrant"), 0o755);
}

async function failureOf(text: string): Promise<MesosUpError> {
  const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
  const backend = createVagrantBackend({ root: folder, env, provider: "virtualbox" });
  const spec = parseClusterFile(text, "cluster.yaml", { backend: "vagrant" });
  const limits = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 60_000 };
  const error = await backend.up(spec, limits).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MesosUpError)) throw new Error("it did not fail as it should", { cause: error });
  return error;
}

const calls = (): string[] =>
  existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [];

function expectNothingLeft(): void {
  const state = join(folder, ".mesos-up");
  expect(existsSync(state) ? readdirSync(state).filter((name) => name !== ".gitignore") : []).toEqual([]);
}

const field = (text: string): string => text.replaceAll(",", "%!(VAGRANT_COMMA)");
const exit = (name: string, text: string): string => `1,,error-exit,Vagrant::Errors::${name},${field(text)}`;
const said = (line: string): string => `1,mesos-agent,ui,detail,${field(`    mesos-agent: ${line}`)}`;

describe("what is known to be in the way before the first machine is made", () => {
  it.each([
    ["", "ADDRESS_NOT_ALLOWED", "VirtualBox does not allow the address 192.168.33.10 for machines"],
    [
      "vagrant: { network: 192.168.56, agents: { memory: 90000000 } }\n",
      "MEMORY_TOO_LITTLE",
      "The machines want 90001024 MB of memory, and this machine has",
    ],
  ])("%j is told without a call of Vagrant", async (text, code, message) => {
    failingVagrant([]);
    const error = await failureOf(text);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(calls()).toEqual([]);
    expectNothingLeft();
  });

  it("is Vagrant itself, where there is none", async () => {
    const env = { PATH: folder, HOME: folder };
    const backend = createVagrantBackend({ root: folder, env });
    const limits = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 60_000 };
    const spec = parseClusterFile("", "cluster.yaml", { backend: "vagrant" });
    await expect(backend.up(spec, limits)).rejects.toMatchObject({ code: "VAGRANT_MISSING" });
    expectNothingLeft();
  });
});

describe("what fails while machines are made", () => {
  it.each([
    [
      "a box that is not to be had",
      [exit("BoxAddShortNotFound", "The box 'bento/ubuntu-24.04' could not be found.")],
      "BOX_UNAVAILABLE",
      "The box of the machines could not be had: The box 'bento/ubuntu-24.04' could not be found.",
    ],
    [
      "a provider that does not work",
      [exit("VBoxManageError", "Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)")],
      "PROVIDER_UNUSABLE",
      "This machine's processor does not let virtual machines run.",
    ],
    [
      "memory that is gone by then",
      [exit("VBoxManageError", "Stderr: VBoxManage: error: Out of memory condition (VERR_NO_MEMORY)")],
      "MEMORY_TOO_LITTLE",
      "This machine has too little memory left for the machines.",
    ],
    [
      "a package with another checksum",
      [
        said("fetching http://packages.test/mesos.deb"),
        said("MESOS_UP_FAILED: Mesos's package has the SHA-256 1, not 2."),
        said("MESOS_UP_HINT: Fetch it again, or put the right checksum into the cluster file."),
        exit("SSHBadExitStatusMuted", "The SSH command responded with a non-zero exit status."),
      ],
      "PROVISIONING_FAILED",
      "Provisioning mesos-agent failed: Mesos's package has the SHA-256 1, not 2.",
    ],
  ])("%s is told, and everything taken back", async (_, stdout, code, message) => {
    failingVagrant(stdout);
    const error = await failureOf(allowed);
    expect(error).toMatchObject({ code, message });
    expect(error.hint).toMatch(/\S/);
    expect(calls()).toEqual(["up", "destroy"]);
    expectNothingLeft();
  });

  it("a Vagrant that is too old, as the Vagrantfile has it say", async () => {
    // As Vagrant 2.3.4 says it of a Vagrantfile that wants more.
    const words =
      "Vagrant failed to initialize at a very early stage:\n\nThis Vagrant environment has specified that it requires the Vagrant\nversion to satisfy the following version requirements:\n\n  >= 2.2.19\n\nYou are running Vagrant 2.2.3, which does not satisfy\nthese requirements. Please change your Vagrant version or update\nthe Vagrantfile to allow this Vagrant version.\n";
    failingVagrant([], words);
    const error = await failureOf(allowed);
    expect(error).toMatchObject({
      ...{ code: "VAGRANT_TOO_OLD", message: "Vagrant 2.2.3 is too old: 2.2.19 or newer is needed." },
    });
    expectNothingLeft();
  });
});
