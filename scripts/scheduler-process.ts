// The processes of a scheduler that was left behind: one that schedules, and one that starts it anew should it fail.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { claimApp, frameworkFile } from "../src/backends/state/cluster-folder.ts";
import type { AppEvent } from "../src/scheduler/app-event.ts";
import type { AppScheduler } from "../src/scheduler/app-scheduler.ts";
import { watchedOnDemand } from "../src/client/explain/explain-on-demand.ts";
import { explainer } from "../src/client/explain/explain.ts";
import { serveControl, type Control } from "../src/scheduler/control/server.ts";
import { Standby } from "../src/scheduler/control/standby.ts";
import { messageOf } from "../src/scheduler/live/call-outcome.ts";
import { isLostLeadership } from "../src/scheduler/live/persistent-writer.ts";
import { openScheduler, type OpenScheduler, type OpenSchedulerOptions } from "../src/scheduler/open-scheduler.ts";
import { FileFrameworkStore } from "../src/scheduler/store/file-store.ts";
import { readConnection } from "./connection.ts";
import { secretsOf } from "./explain.ts";
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
    // Without its record, as when its folder was removed, it would fail for ever.
    if (status === 0 || !existsSync(file)) return;
    // Whoever was killed has not failed by itself.
    if (killedBy !== null || performance.now() - startedMs > LIVED_MS) waitMs = RESTART.firstMs;
    await sleep(waitMs);
    waitMs = Math.min(RESTART.maxMs, 2 * waitMs);
  }
}

/** Schedules until the app or the framework is ended, or another process takes its place. */
export async function runSchedulerProcess(file: string): Promise<void> {
  const record = JSON.parse(await readFile(file, "utf8")) as SchedulerRecord;
  const claim = await claimApp(record.stateDirectory, record.app);
  const logFile = file.replace(/\.json$/, ".log");
  const [{ eventLog, standardOutput }, { limited, logFiles }] = await Promise.all([
    import("../src/scheduler/event-log.ts"),
    import("../src/scheduler/log-rotation.ts"),
  ]);
  const life = new Life(record, eventLog(limited(standardOutput(), logFile)));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => life.end("told"));
  try {
    await (record.store === undefined ? runAlone(life, record) : runElected(life, record, record.store));
  } catch (error) {
    if (!isLostLeadership(error)) throw error;
    // The one that is started in place of this stands by.
    life.tell({ type: "election", message: `leads no more: ${messageOf(error)}` });
    process.exitCode = 1;
  } finally {
    await life.close();
    claim.release();
    if (life.isStopped) for (const left of [file, ...logFiles(logFile)]) rmSync(left, { force: true });
  }
}

/** What a scheduler's process has from its beginning to its end. */
class Life {
  readonly #over = new AbortController();
  readonly #record: SchedulerRecord;
  readonly #log: (event: AppEvent) => void;
  /** Of what goes over the wire. */
  readonly watched = watchedOnDemand();
  #scheduling: OpenScheduler | Standby | undefined;
  #control: Control | undefined;
  /** Nothing is left to schedule. */
  isStopped = false;

  constructor(record: SchedulerRecord, log: (event: AppEvent) => void) {
    this.#record = record;
    this.#log = log;
  }

  /** Aborted when the process is to end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  tell(event: AppEvent): void {
    this.#log(event);
    this.#control?.tell(event);
  }

  /** From now on the control socket speaks of that. */
  async is(scheduling: OpenScheduler | Standby): Promise<void> {
    this.#scheduling = scheduling;
    this.#control ??= await serveControl({
      open: () => this.#scheduling ?? scheduling,
      socket: this.#record.socket,
      explain: (print) =>
        this.watched.join(explainer({ print, hidden: () => this.#secrets(), nowMs: () => performance.now() })),
      onRelease: () => this.end("released"),
      onStopped: () => this.end("stopped"),
    });
  }

  /** The values of the apps' secrets. */
  #secrets(): string[] {
    const scheduling = this.#scheduling;
    if (scheduling === undefined || scheduling instanceof Standby) return [];
    return secretsOf([...scheduling.scheduler.state.apps.values()].map(({ spec }) => spec));
  }

  end(how: "told" | "released" | "stopped"): void {
    // One that stands by leaves nothing behind that others would wait for.
    this.isStopped ||= how === "stopped" || (how === "told" && this.#scheduling instanceof Standby);
    this.#over.abort();
  }

  async close(): Promise<void> {
    await this.#control?.[Symbol.asyncDispose]();
    if (this.#scheduling !== undefined && !(this.#scheduling instanceof Standby)) await this.#scheduling.close();
  }
}

async function runAlone(life: Life, record: SchedulerRecord): Promise<void> {
  const frameworkStore = new FileFrameworkStore(frameworkFile(record.stateDirectory, record.app));
  await schedule(life, await open(life, record, { frameworkStore }));
}

/** Stands by until it leads. */
async function runElected(life: Life, record: SchedulerRecord, store: string): Promise<void> {
  const { electionFor } = await import("./shared-store.ts");
  await using election = electionFor(store, record.app);
  const standby = new Standby(election, record.frameworkName);
  await life.is(standby);
  const lead = election.lead(life.over, (leader) => {
    standby.follow(leader);
    life.tell({ type: "election", message: `stands by: ${standby.obstacle}` });
  });
  const leadership = await lead.catch((error: unknown) => {
    if (life.over.aborted) return undefined;
    throw error;
  });
  if (leadership === undefined) return;
  if ((await leadership.store.load()) === undefined) {
    life.tell({ type: "election", message: "the framework was ended by the scheduler that led" });
    life.isStopped = true;
    return;
  }
  life.tell({ type: "election", message: "leads" });
  await schedule(life, await open(life, record, { frameworkStore: leadership.store, lost: leadership.lost }));
}

async function open(
  life: Life,
  record: SchedulerRecord,
  kept: Pick<OpenSchedulerOptions, "frameworkStore" | "lost">,
): Promise<OpenScheduler> {
  const { master, frameworkName, contentAddress, metrics } = record;
  return await openScheduler({
    ...{ master, frameworkName, contentAddress, metrics, env: process.env, ...kept },
    connection: { ...(await readConnection(record)), watcher: life.watched.watcher },
    onEvent: (event) => life.tell(event),
  });
}

async function schedule(life: Life, opened: OpenScheduler): Promise<void> {
  await life.is(opened);
  await untilOver(opened.scheduler, life.over);
  // Its last app was ended, and nobody else is asked for.
  if (life.over.aborted || opened.scheduler.state.over) return;
  await opened.scheduler.teardown();
  life.isStopped = true;
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
