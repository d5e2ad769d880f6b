// A cluster for a bench: one master, one agent, one ZooKeeper server, gone with the work that it is for.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findLocalPrograms } from "../../src/backends/local/find-local-programs.ts";
import { createLocalBackend } from "../../src/backends/local/local-backend.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import type { Address } from "./simulation/scheduler-connection.ts";

const UP_LIMIT_MS = 120_000;

export type EngineName = "embedded" | "mesos";

export function engineTitle(engine: EngineName): string {
  return engine === "mesos" ? "Apache Mesos" : "engine";
}

export async function onOneAgent<T>(engine: EngineName, work: (master: Address) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "mesos-up-bench-"));
  const backend = createLocalBackend({
    root,
    env: process.env,
    containerRuntime: "auto",
    findPrograms: findLocalPrograms,
  });
  const spec = { ...defaultClusterSpec(), name: "bench", engine };
  const options = { progress: { emit() {} }, signal: new AbortController().signal, timeoutMs: UP_LIMIT_MS };
  try {
    const { endpoints } = await backend.up(spec, options);
    const { hostname, port } = new URL(endpoints.masters[0] ?? "");
    return await work({ host: hostname, port: Number(port) });
  } finally {
    await backend.down(spec.name, options);
    await rm(root, { recursive: true, force: true });
  }
}
