import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machineFolder } from "../../../src/backends/vagrant/machine-folder.ts";
import { impatientClock } from "../../client/fake-clock.ts";
import { vagrantUp } from "../../../src/backends/vagrant/machines.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-up-machines-"));
  mkdirSync(machineFolder(folder).directory, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A `vagrant` that fails with the text the first times it is called, and notes each call. */
function failing(times: number, text: string): NodeJS.ProcessEnv {
  const program = join(folder, "vagrant");
  const calls = join(folder, "calls");
  const script = `#!/bin/sh\necho "$1" >> '${calls}'\n[ "$(wc -l < '${calls}')" -gt ${times} ] || { echo '${text}' >&2; exit 1; }\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
}

const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
const up = (env: NodeJS.ProcessEnv) =>
  vagrantUp(folder, [], { env, signal: new AbortController().signal }, impatientClock);

describe("vagrantUp", () => {
  it("tries again where a container of somebody else's went away in between", async () => {
    await up(failing(1, "Error: No such object: 34bfe2a91c"));
    expect(calls()).toEqual(["up", "up"]);
  });

  it("tries no longer than a few times", async () => {
    await expect(up(failing(100, "Error: No such object: 34bfe2a91c"))).rejects.toMatchObject({
      code: "CONTAINERS_CHANGED",
    });
    expect(calls()).toHaveLength(6);
  });

  it("waits for another Vagrant, as one that goes on where a run was killed", async () => {
    await up(failing(2, "another process is already executing an action on the machine."));
    expect(calls()).toEqual(["up", "up", "up"]);
  });

  it("does not try again what failed for another reason", async () => {
    await expect(up(failing(1, "It did not go well."))).rejects.toMatchObject({ code: "VAGRANT_FAILED" });
    expect(calls()).toEqual(["up"]);
  });
});
