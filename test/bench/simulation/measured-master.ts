// An engine's master as a process of its own that tells how its event loop fares.
import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address } from "./scheduler-connection.ts";

/** One allocation over many agents, from its begin to its end. */
export interface AllocationRun {
  agents: number;
  elapsedMs: number;
  /** Of all its slices together, offers made and sent. */
  processorMs: number;
  slices: number;
  longestSliceMs: number;
}

export interface Vitals {
  /** The longest time that nothing else could run, since it was last asked; on a busy machine much of it is others'. */
  longestBlockMs: number;
  /** The longest turn of the event loop in processor time of its thread. */
  longestTurnMs: number;
  allocations: AllocationRun[];
  residentBytes: number;
  /** Processor time since it was last asked. */
  processorMs: number;
}

export interface MeasuredMaster {
  address: Address;
  vitals(): Promise<Vitals>;
  stop(): Promise<void>;
}

/** Resolves once it leads. Its registry and log are files in `folder`. */
export async function startMaster(options: {
  program: string;
  port: number;
  folder: string;
  nodeArgs?: string[];
}): Promise<MeasuredMaster> {
  const { program, port, folder, nodeArgs = [] } = options;
  const monitor = fileURLToPath(new URL("loop-monitor.mjs", import.meta.url));
  const flags = ["--ip=127.0.0.1", `--port=${port}`, `--work_dir=${join(folder, "master")}`];
  const log = openSync(join(folder, "master.log"), "a");
  const child = spawn(process.execPath, [...nodeArgs, "--import", monitor, program, ...flags], {
    stdio: ["ignore", log, log, "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = { host: "127.0.0.1", port };
  await untilLeading(address, child);
  return {
    address,
    vitals: () => ask(child),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function untilLeading({ host, port }: Address, child: ChildProcess): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await fetch(`http://${host}:${port}/state-summary`).catch(() => undefined);
    if (answer?.ok) return;
    if (child.exitCode !== null || performance.now() - startedMs > 20_000)
      throw new Error("The master does not lead: see master.log in the bench's folder");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let lastId = 0;

function ask(child: ChildProcess): Promise<Vitals> {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const receive = (message: unknown): void => {
      if ((message as { id: number }).id !== id) return;
      child.off("message", receive);
      resolve(message as Vitals);
    };
    child.on("message", receive);
    child.send(id, (error) => {
      if (error) reject(error);
    });
  });
}
