// The processes of a scheduler that was left behind: one that schedules, and one that starts it anew should it fail.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { claimApp, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import type { AppScheduler } from "../src/scheduler/app-scheduler.ts";
import { serveControl, type Control } from "../src/scheduler/control/server.ts";
import { FileFrameworkStore } from "../src/scheduler/store/file-store.ts";
import { openScheduler } from "../src/scheduler/open-scheduler.ts";
import { readConnection } from "./connection.ts";
import type { SchedulerRecord } from "./schedulers.ts";

const RESTART = { firstMs: 50, maxMs: 30_000 };

/** One that lived for so long has not failed at its start, which it would do again and again. */
const LIVED_MS = 500;

/** Runs until the scheduler ends of its own accord, and starts it anew whenever it does otherwise. */
export async function superviseScheduler(file: string): Promise<void> {
  const ending = new AbortController();
  let waitMs = RESTART.firstMs;
  while (!ending.signal.aborted) {
    const startedMs = performance.now();
    const args = [...process.execArgv, process.argv[1] ?? "", "scheduler-process", file];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const end = () => {
      ending.abort();
      child.kill("SIGTERM");
    };
    process.once("SIGTERM", end);
    const [status, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    process.off("SIGTERM", end);
    if (status === 0) return;
    // Whoever was killed has not failed by itself.
    if (killedBy !== null || performance.now() - startedMs > LIVED_MS) waitMs = RESTART.firstMs;
    await sleep(waitMs);
    waitMs = Math.min(RESTART.maxMs, 2 * waitMs);
  }
}

/** Schedules until the app or the framework is ended, or another process takes its place. */
export async function runSchedulerProcess(file: string): Promise<void> {
  const record = JSON.parse(await readFile(file, "utf8")) as SchedulerRecord;
  const { app, stateDirectory, socket, master, frameworkName, contentAddress, metrics } = record;
  const claim = await claimApp(stateDirectory, app);
  const log = (await import("../src/scheduler/event-log.ts")).eventLog();
  const listeners: Control[] = [];
  const open = await openScheduler({
    master,
    connection: await readConnection(record),
    frameworkName,
    contentAddress,
    frameworkStore: new FileFrameworkStore(frameworkFile(stateDirectory, app)),
    env: process.env,
    metrics,
    onEvent: (event) => {
      log(event);
      listeners.forEach((control) => control.tell(event));
    },
  });
  const over = new AbortController();
  const stopped = new AbortController();
  const control = await serveControl({
    open,
    socket,
    onRelease: () => over.abort(),
    onStopped: () => {
      stopped.abort();
      over.abort();
    },
  });
  listeners.push(control);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => over.abort());
  try {
    await untilOver(open.scheduler, over.signal);
    // Its last app was ended, and nobody else is asked for.
    if (!over.signal.aborted && !open.scheduler.state.over) {
      await open.scheduler.teardown();
      stopped.abort();
    }
  } finally {
    await control[Symbol.asyncDispose]();
    await open.close();
    claim.release();
    if (stopped.signal.aborted)
      for (const left of [file, file.replace(/\.json$/, ".log")]) rmSync(left, { force: true });
  }
}

/** Until the process is to end, its last app is gone, or its framework is. */
async function untilOver(scheduler: AppScheduler, signal: AbortSignal): Promise<void> {
  try {
    await scheduler.until(({ state }) => (state.apps.size === 0 ? true : undefined), signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!scheduler.state.over) throw error;
    // Whoever asked for the end is still to hear of it.
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
}
