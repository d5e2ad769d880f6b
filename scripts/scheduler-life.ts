// What a scheduler that was left behind does from its beginning to its end: alone, or as one of several of which one leads.
import { hostname } from "node:os";
import { frameworkFile } from "../src/backends/state/cluster-folder.ts";
import { identify } from "../src/backends/state/process-identity.ts";
import { watchedOnDemand } from "../src/client/explain/explain-on-demand.ts";
import { explainer } from "../src/client/explain/explain.ts";
import type { AppEvent } from "../src/scheduler/app-event.ts";
import type { AppScheduler } from "../src/scheduler/app-scheduler.ts";
import { serveControl, type Control } from "../src/scheduler/control/server.ts";
import { Standby } from "../src/scheduler/control/standby.ts";
import { isLostLeadership } from "../src/scheduler/live/persistent-writer.ts";
import { openScheduler, type OpenScheduler, type OpenSchedulerOptions } from "../src/scheduler/open-scheduler.ts";
import type { Candidate, Election } from "../src/scheduler/store/election.ts";
import { FileFrameworkStore } from "../src/scheduler/store/file-store.ts";
import { readConnection } from "./connection.ts";
import { secretsOf } from "./explain.ts";
import type { SchedulerRecord } from "./schedulers.ts";

type Standing = Pick<Election, "lead" | "stored">;

/** What a scheduler's process has from its beginning to its end. */
export class Life {
  readonly #over = new AbortController();
  readonly #record: SchedulerRecord;
  readonly #log: (event: AppEvent) => void;
  /** Of what goes over the wire. */
  readonly watched = watchedOnDemand();
  #scheduling: OpenScheduler | Standby | undefined;
  #control: Control | undefined;
  /** Nothing is left to schedule. */
  isStopped = false;
  /** A signal has told the process to end. */
  isTold = false;

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
    this.isStopped ||= how === "stopped";
    this.isTold ||= how === "told";
    this.#over.abort();
  }

  /** Until everybody who has asked for something has heard of it, or the process is to end. */
  async answered(): Promise<void> {
    const over = new Promise((resolve) => this.over.addEventListener("abort", resolve, { once: true }));
    if (!this.over.aborted) await Promise.race([this.#control?.answered(), over]);
  }

  async close(): Promise<void> {
    await this.#control?.[Symbol.asyncDispose]();
    if (this.#scheduling !== undefined && !(this.#scheduling instanceof Standby)) await this.#scheduling.close();
  }
}

/** What it must remember is in a file of this machine. */
export async function runAlone(life: Life, record: SchedulerRecord): Promise<void> {
  const frameworkStore = new FileFrameworkStore(frameworkFile(record.stateDirectory, record.app));
  await schedule(life, await open(life, record, { frameworkStore }));
}

/** Stands by until it leads. @throws what ended its leadership */
export async function runElected(life: Life, record: SchedulerRecord, election: Standing): Promise<void> {
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
  if (leadership === undefined) {
    // The app is another one's, and nothing is left behind that somebody would wait for.
    life.isStopped ||= life.isTold && isThere(standby.leader);
    return;
  }
  if ((await leadership.store.load()) === undefined) {
    life.tell({
      type: "election",
      message: "nothing is stored: the scheduler that led has ended the framework, or had not begun it",
    });
    life.isStopped = true;
    return;
  }
  // To be told now is to be told as the one that leads.
  if (life.over.aborted) return;
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

/** Of one that was killed ZooKeeper keeps the node for a while; what is on another machine is taken to be there. */
function isThere(leader: Candidate | undefined): boolean {
  return leader !== undefined && (leader.host !== hostname() || identify(leader.pid) !== undefined);
}

async function schedule(life: Life, opened: OpenScheduler): Promise<void> {
  const { scheduler } = opened;
  try {
    await life.is(opened);
    await untilOver(scheduler, life);
    // Its last app was ended, and nobody else is asked for.
    if (!life.over.aborted && !scheduler.state.over) await scheduler.teardown();
  } finally {
    // Before what it stores in is: nothing is cut off in the middle.
    await opened.close();
  }
  life.isStopped ||= scheduler.state.over;
}

/** Until the process is to end, its last app is gone, or its framework is. */
async function untilOver(scheduler: AppScheduler, life: Life): Promise<void> {
  try {
    await scheduler.until(({ state }) => (state.apps.size === 0 ? true : undefined), life.over);
  } catch (error) {
    if (life.over.aborted) return;
    if (!scheduler.state.over || isLostLeadership(error)) throw error;
    // Whoever asked for the end is still to hear of it.
    await life.answered();
  }
}
