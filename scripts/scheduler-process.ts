// The processes of a scheduler that was left behind: one that schedules, and one that starts it anew should it fail.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { claimApp } from "../src/backends/state/cluster-folder.ts";
import { messageOf } from "../src/scheduler/live/call-outcome.ts";
import { isLostLeadership } from "../src/scheduler/live/persistent-writer.ts";
import { Life, runAlone, runElected } from "./scheduler-life.ts";
import type { SchedulerRecord } from "./schedulers.ts";

const RESTART = { firstMs: 50, maxMs: 30_000 };

/** One that lived for so long has not failed at its start, which it would do again and again. */
const LIVED_MS = 500;

/** Runs until the scheduler ends of its own accord, and starts it anew whenever it does otherwise, while its record stands. */
export async function superviseScheduler(file: string): Promise<void> {
  const ending = new AbortController();
  const writing = writingOf(file);
  if (writing === undefined) return;
  const isReplaced = () => writingOf(file) !== writing;
  let waitMs = RESTART.firstMs;
  // Without its record, as when its folder was removed, it would fail for ever; a new one is another supervisor's.
  while (!ending.signal.aborted && !isReplaced()) {
    const startedMs = performance.now();
    const args = [...process.execArgv, process.argv[1] ?? "", "scheduler-process", file, writing];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    const end = () => {
      ending.abort();
      child.kill("SIGTERM");
    };
    process.once("SIGTERM", end);
    const [status, killedBy] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    process.off("SIGTERM", end);
    if (status === 0 || isReplaced()) return;
    // Whoever was killed has not failed by itself.
    if (killedBy !== null || performance.now() - startedMs > LIVED_MS) waitMs = RESTART.firstMs;
    await sleep(waitMs);
    waitMs = Math.min(RESTART.maxMs, 2 * waitMs);
  }
}

/** Which of all files that were ever written by this name it is; undefined if there is none. */
export function writingOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.ino} ${stat.mtimeNs}`;
}

/**
 * Schedules until the app or the framework is ended, or another process takes its place. `writing`: of the record, for which
 * its supervisor was started (see writingOf); where that was replaced, another supervisor's process has the app.
 */
export async function runSchedulerProcess(file: string, writing: string): Promise<void> {
  const record = JSON.parse(await readFile(file, "utf8")) as SchedulerRecord;
  const claim = await claimApp(record.stateDirectory, record.app);
  // It may have been written anew for as long as others had the claim.
  if (writingOf(file) !== writing) {
    claim.release();
    return;
  }
  const logFile = file.replace(/\.json$/, ".log");
  const [{ eventLog, standardOutput }, { limited, logFiles }] = await Promise.all([
    import("../src/scheduler/event-log.ts"),
    import("../src/scheduler/log-rotation.ts"),
  ]);
  const life = new Life(record, eventLog(limited(standardOutput(), logFile)));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => life.end("told"));
  try {
    await (record.store === undefined ? runAlone(life, record) : runWithOthers(life, record, record.store));
  } catch (error) {
    if (!isLostLeadership(error)) throw error;
    // Another process may have its place already.
    if (life.over.aborted) return;
    // The one that is started in place of this stands by.
    life.tell({ type: "election", message: `leads no more: ${messageOf(error)}` });
    process.exitCode = 1;
  } finally {
    await life.close();
    // As long as nobody else can have written them anew.
    if (life.isStopped) for (const left of [file, ...logFiles(logFile)]) rmSync(left, { force: true });
    claim.release();
  }
}

async function runWithOthers(life: Life, record: SchedulerRecord, store: string): Promise<void> {
  const { electionFor } = await import("./shared-store.ts");
  await using election = electionFor(store, record.app);
  await runElected(life, record, election);
}
