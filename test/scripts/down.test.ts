// Processes that are marked as a cluster's, as a scheduler that was left behind is; the backend has nothing to remove.
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { takeDown, takeDownEach } from "../../scripts/down.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { clusterFolder } from "../../src/backends/state/cluster-folder.ts";

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** Runs until it is ended. */
async function markedFor(cluster: string): Promise<ChildProcess> {
  const env = { ...process.env, UP_MESOS_STATE: clusterFolder(process.cwd(), cluster) };
  const script = "console.log('runs'); setInterval(() => undefined, 1000)";
  const child = spawn(process.execPath, ["-e", script], { env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

const limits = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 60_000 };
const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

describe("taking a cluster down that does not run here", () => {
  it.each(["docker", "vagrant"] as const)("ends what is marked as its own, stopped or not (%s)", async (kind) => {
    const name = `down-${randomUUID().slice(0, 8)}`;
    const [running, stopped, other] = [await markedFor(name), await markedFor(name), await markedFor(`${name}-other`)];
    stopped.kill("SIGSTOP");
    const ended = Promise.all([running, stopped].map((child) => once(child, "exit")));
    const backend = { kind, down: () => Promise.resolve({ removed: ["what the backend removes"] }) };
    expect(await takeDown(name, backend as unknown as Backend, limits)).toEqual({
      removed: ["what the backend removes"],
    });
    await ended;
    expect(hasEnded(other)).toBe(false);
  });
});

describe("taking all clusters down", () => {
  const known = ["a", "b", "c"].map((name) => ({ name, backend: "docker" }));

  it("tells what it has removed when it is ended between two", async () => {
    const ending = new AbortController();
    const result = await takeDownEach(known, ending.signal, ({ name }) => {
      if (name === "b") ending.abort(new Error("Ctrl-C"));
      return Promise.resolve({ removed: [`process of ${name}`] });
    });
    expect(result).toMatchObject({ error: ending.signal.reason as Error, isFinal: true });
    expect(result.json).toMatchObject({ ok: false, clusters: [{ name: "a" }, { name: "b" }] });
    expect(result.text).toContain("process of b");
    expect(result.text).not.toContain("process of c");
  });

  it("is done for good when it is ended after the last, and has begun nothing before the first", async () => {
    const ending = new AbortController();
    const take = ({ name }: { name: string }) => {
      if (name === "c") ending.abort(new Error("Ctrl-C"));
      return name === "a" ? Promise.reject(new Error("it stays")) : Promise.resolve({ removed: [] });
    };
    expect(await takeDownEach(known, ending.signal, take)).toMatchObject({
      error: { code: "DOWN_INCOMPLETE" },
      isFinal: true,
    });
    await expect(takeDownEach(known, ending.signal, take)).rejects.toThrow("Ctrl-C");
  });
});
