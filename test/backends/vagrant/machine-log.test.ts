// A machine's log as it is read over ssh: by a program ssh that runs the command here, and a Vagrant that says how it is reached.
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machineLog } from "../../../src/backends/vagrant/machine-log.ts";
import { machineShell } from "../../../src/backends/vagrant/machine-shell.ts";
import type { LogLine, LogSource } from "../../../src/backends/log-source.ts";
import { plan } from "../../../src/cluster/plan.ts";
import type { ClusterPlan } from "../../../src/cluster/plan-types.ts";
import { defaultClusterSpec } from "../../../src/cluster/spec.ts";
import { impatientClock } from "../../client/fake-clock.ts";

let folder: string;
let file: string;
let log: LogSource;
let ended: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "machine-log-"));
  program("sudo", 'exec "$@"');
  program("vagrant", `printf '%s\\n' '1,mesos-master,ssh-config,Host mesos-master\\n  HostName here\\n  Port 22\\n'`);
  // The last word is the command; an end of the connection is wished for by a file.
  const lost = `[ -e '${folder}/lost' ] && rm '${folder}/lost' && exit 255`;
  program("ssh", `echo "$@" >>'${folder}/calls'; for last; do :; done; ${lost}; exec sh -c "exec $last"`);
  const made = onThisMachine();
  file = join(made.nodes.find(({ name }) => name === "master-1")?.directories.log ?? "", "mesos-master.log");
  mkdirSync(dirname(file), { recursive: true });
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  log = machineLog(machineShell(folder, env), { plan: made, node: "master-1" }, impatientClock);
  ended = new AbortController();
});
afterEach(() => {
  ended.abort();
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** The plan of machines, with the folders for logs in this test's folder. */
function onThisMachine(): ClusterPlan {
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: "" };
  const made = plan(
    { ...defaultClusterSpec(), backend: "vagrant" },
    { ...placement, vagrant: { provider: "virtualbox" } },
  );
  const nodes = made.nodes.map((node) => {
    return { ...node, directories: { ...node.directories, log: join(folder, "logs", node.name) } };
  });
  return { ...made, nodes };
}

/** Follows until so many lines have come. */
async function lines(count: number, follower: AsyncGenerator<LogLine[], void>): Promise<string[]> {
  const come: string[] = [];
  while (come.length < count) come.push(...((await follower.next()).value ?? []).map(({ text }) => text));
  return come;
}

describe("the log of a component on a machine", () => {
  it("is read from its end, with what has no end yet, and says whether that is all", async () => {
    writeFileSync(file, "first\nsecond\nthi");
    expect(await log.tail(1000, ended.signal)).toEqual({
      ...{ lines: [{ text: "first" }, { text: "second" }], rest: { text: "thi" } },
      ...{ whole: true, position: "13" },
    });
    const end = await log.tail(8, ended.signal);
    expect(end).toMatchObject({ lines: [], rest: { text: "thi" }, whole: false, position: "13" });
    expect(readFileSync(join(folder, "calls"), "utf8")).toMatch(
      /^-F none -o HostName here -o Port 22 mesos-master sudo sh /,
    );
  });

  it("is followed from there on, whole lines only", async () => {
    writeFileSync(file, "first\nhéh");
    const { position } = await log.tail(1000, ended.signal);
    const follower = log.follow(position, ended.signal);
    appendFileSync(file, "é\nthird\nfou");
    expect(await lines(2, follower)).toEqual(["héhé", "third"]);
    appendFileSync(file, "rth\n");
    expect(await lines(1, follower)).toEqual(["fourth"]);
  });

  it("goes on after the connection was lost, also in a file that is shorter since the machine was made anew", async () => {
    program("tail", `echo follows >>'${folder}/calls'; /usr/bin/head -c 100 "$4" | /usr/bin/tail "$1" "$2"`);
    writeFileSync(file, "before\nsecond\nthi");
    writeFileSync(join(folder, "lost"), "");
    const follower = log.follow("7", ended.signal);
    expect(await lines(1, follower)).toEqual(["second"]);
    appendFileSync(file, "rd\n");
    expect(await lines(1, follower)).toEqual(["third"]);
    writeFileSync(file, "new\n");
    expect(await lines(1, follower)).toEqual(["new"]);
  });

  it("ends when it is to, and not before", async () => {
    writeFileSync(file, "");
    const next = log.follow("0", ended.signal).next();
    ended.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  it("is said to be missing by whoever is there, or the machine to be", async () => {
    await expect(log.tail(10, ended.signal)).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: expect.stringContaining("mesos-master.log") as string,
    });
    writeFileSync(join(folder, "lost"), "");
    await expect(log.tail(10, ended.signal)).rejects.toMatchObject({ code: "MACHINE_UNREACHABLE" });
  });
});
