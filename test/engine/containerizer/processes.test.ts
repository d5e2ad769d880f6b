import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { identify, isAlive, processesWith, signal, treeOf } from "../../../src/engine/containerizer/processes.ts";

const children: ChildProcess[] = [];

/** A shell that has started a child of its own and says so. */
async function shellWithChild(env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn("/bin/sh", ["-c", "sleep 60 & echo ready; wait"], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  await once(child.stdout, "data");
  return child.pid!;
}

afterEach(() => {
  for (const child of children.splice(0)) for (const pid of treeOf(child.pid!)) signal(pid, "SIGKILL");
});

describe("processes", () => {
  it("are found with their descendants", async () => {
    const pid = await shellWithChild();
    expect(treeOf(pid)).toContain(pid);
    expect(treeOf(pid)).toHaveLength(2);
  });

  it("are found in their session after their parent has gone", async () => {
    const pid = await shellWithChild();
    const [child] = treeOf(pid).filter((one) => one !== pid);
    signal(pid, "SIGKILL");
    await once(children[0]!, "exit");
    expect(treeOf(pid)).toEqual([child]);
  });

  it("are found by a variable that they were started with", async () => {
    const pid = await shellWithChild({ OWNER: "somebody-4711", PATH: "/bin:/usr/bin" });
    expect(processesWith("OWNER", "somebody-4711")).toContain(pid);
    expect(processesWith("OWNER", "somebody")).toEqual([]);
  });

  it("are not confused with later ones of the same number", async () => {
    const identity = identify(await shellWithChild())!;
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: identity.startTime - 1 })).toBe(false);
    signal(identity.pid, "SIGKILL");
    await once(children[0]!, "exit");
    expect(isAlive(identity)).toBe(false);
  });

  it("that are gone already take signals without complaint", async () => {
    const pid = await shellWithChild();
    for (const one of treeOf(pid)) signal(one, "SIGKILL");
    await once(children[0]!, "exit");
    expect(() => signal(pid, "SIGTERM")).not.toThrow();
  });
});
