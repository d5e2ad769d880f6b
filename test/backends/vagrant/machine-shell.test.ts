// Commands on machines over ssh, which here is a program that notes how it was called and runs the command on this machine.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machineShell, type MachineShell } from "../../../src/backends/vagrant/machine-shell.ts";
import type { PlanMachine } from "../../../src/cluster/vagrant/vagrant-types.ts";

let folder: string;
let shell: MachineShell;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "machine-shell-"));
  program("sudo", 'exec "$@"');
  program(
    "vagrant",
    `echo called >>'${folder}/vagrant-calls'; printf '%s\\n' '1,virtual,ssh-config,Host virtual\\n  Port 2200\\n'`,
  );
  program("ssh", `printf '%s\\n' "$*" >>'${folder}/calls'; for last; do :; done; exec sh -c "$last"`);
  shell = machineShell(folder, { PATH: `${folder}:${process.env["PATH"] ?? ""}` });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

const signal = new AbortController().signal;
const virtual: PlanMachine = {
  ...{ name: "virtual", address: "192.168.33.11", memory: 1024, cpus: 1 },
  ...{ nodes: [], uploads: [], commands: [] },
};
const container: PlanMachine = {
  ...{ ...virtual, name: "contained" },
  container: { name: "up", image: "machine", capabilities: [], securityOptions: [], volumes: [], labels: {} },
};
const calls = (name = "calls"): string[] => readFileSync(join(folder, name), "utf8").trim().split("\n");

describe("a command on a machine", () => {
  it("goes the way that Vagrant tells, which is asked once", async () => {
    expect(await shell.run(virtual, ["echo", "it's", "1"], { signal })).toBe("it's 1");
    await shell.run(virtual, ["true"], { signal });
    expect(calls("vagrant-calls")).toHaveLength(1);
    expect(calls()[1]).toBe("-F none -o Port 2200 virtual sudo true");
  });

  it("goes to a container's own address with the cluster's key, and Vagrant is not asked", async () => {
    await shell.run(container, ["true"], { signal });
    expect(calls()[0]).toContain("-o HostName 192.168.33.11 -o User vagrant");
    expect(calls()[0]).toContain(`-i ${folder}/ssh_key`);
    expect(() => calls("vagrant-calls")).toThrow();
  });

  it("reads a file that it is given", async () => {
    writeFileSync(join(folder, "file"), "what is in it");
    expect(await shell.run(container, ["cat"], { signal, inputFile: join(folder, "file") })).toBe("what is in it");
  });

  it("fails in the words of a script there that says what happened and what to do", async () => {
    const script = [
      "echo no such flag",
      "echo MESOS_UP_FAILED: mesos-agent did not answer. >&2",
      "echo MESOS_UP_HINT: Its log tells why. >&2",
      "exit 1",
    ];
    await expect(shell.run(container, ["sh", "-c", script.join("; ")], { signal })).rejects.toMatchObject({
      ...{ code: "PROVISIONING_FAILED", message: "mesos-agent did not answer.", hint: "Its log tells why." },
      ...{ output: "no such flag", exitCode: 1 },
    });
  });

  it("fails with the last words of anything else, and what it printed before", async () => {
    const script = "echo first; echo second >&2; exit 3";
    await expect(shell.run(container, ["sh", "-c", script], { signal })).rejects.toMatchObject({
      ...{ code: "COMMAND_FAILED", message: "On the machine contained a command failed: second." },
      ...{ output: "first\nsecond", exitCode: 3 },
    });
    await expect(shell.run(container, ["false"], { signal })).rejects.toMatchObject({ code: "COMMAND_FAILED" });
  });
});
