import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startDockerExecutor } from "../../../src/engine/containerizer/docker-executor.ts";
import { assign } from "../../../src/engine/containerizer/executor-pool.ts";

const folder = mkdtempSync(join(tmpdir(), "mesos-up-executor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A client that writes down how it was called, and does as it is told. */
function client(run: string): string[] {
  const file = join(folder, `docker-${run.length}`);
  const script = `#!/bin/sh\nshift 2\nif [ "$1" = inspect ]; then echo 4242; exit; fi\necho "$@" > ${folder}/called\n${run}\n`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return [file, "-H", "unix:///docker.sock"];
}

const start = (run: string) =>
  startDockerExecutor({
    runtime: { kind: "docker", client: client(run), directory: join(folder, "runtime"), stopTimeoutMs: 0 },
    image: "mesos-up/engine:1",
    socket: "/docker.sock",
    containerId: "c1",
    sandbox: "/sandbox",
    command: ["node", "/executor.js"],
    env: process.env,
  });

describe("an executor in a container of its own", () => {
  it("is on the host's network, sees its sandbox where the agent does, and takes its assignment", async () => {
    const { child, pid } = await start(`echo ready; cat > ${folder}/assigned; exit 3`);
    expect(pid).toBe(4242);
    expect(existsSync(join(folder, "runtime"))).toBe(true);
    expect(readFileSync(join(folder, "called"), "utf8").trim()).toBe(
      `run --interactive --name mesos-c1.executor --net host -v /sandbox:/sandbox -v ${folder}/runtime:${folder}/runtime ` +
        "-v /docker.sock:/docker.sock --entrypoint node mesos-up/engine:1 /executor.js",
    );
    const ended = once(child, "exit");
    assign(child, { containerId: "c1" } as Parameters<typeof assign>[1]);
    expect(await ended).toEqual([3, null]);
    expect(readFileSync(join(folder, "assigned"), "utf8")).toBe('{"containerId":"c1"}\n');
  });

  it("is an error in the client's words where it does not start", async () => {
    await expect(start("echo 'Unable to find image' >&2; exit 125")).rejects.toThrow(
      "Failed to run executor: Unable to find image",
    );
  });
});
