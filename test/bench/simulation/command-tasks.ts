// Command tasks on a real agent, as one framework sees them.
import { scalarResource } from "../../../src/mesos/resources.ts";
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import type { Offer, TaskInfo, TaskStatus } from "../../../src/mesos/types.ts";
import { percentile } from "../statistics.ts";
import { type Address, SchedulerConnection } from "./scheduler-connection.ts";

export interface Latency {
  p50Ms: number;
  p99Ms: number;
}

export interface ShortTasks {
  tasks: number;
  perSecond: number;
  running: Latency;
  finished: Latency;
}

const TASK_CPUS = 0.1;
const TASK_MEM = 32;
const LIMIT_MS = 10 * 60_000;
/** A task that an answer shows to be over, but not well. */
const BAD_STATES: ReadonlySet<string> = new Set([
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_DROPPED",
  "TASK_GONE",
]);

/** A new framework's first offer, and its one task until it runs; then it is torn down. */
export async function launchOne(master: Address): Promise<{ offersMs: number; runningMs: number }> {
  const times = { subscribeMs: 0, offersMs: 0, acceptMs: 0 };
  return inFramework(master, (resolve, reject) => ({
    onSubscribe: () => (times.subscribeMs = performance.now()),
    onOffer(offer, connection) {
      if (times.acceptMs > 0) {
        decline(connection, offer);
        return;
      }
      times.offersMs = performance.now() - times.subscribeMs;
      times.acceptMs = performance.now();
      accept(connection, offer, [aTask("one", offer, "sleep 1000")]);
    },
    onStatus({ state, message = "" }) {
      if (state === "TASK_RUNNING")
        resolve({ offersMs: times.offersMs, runningMs: performance.now() - times.acceptMs });
      else if (BAD_STATES.has(state)) reject(new Error(`${state}: ${message}`));
    },
  }));
}

/** `true`, so many times through one framework, as many at once as fit into its offers. */
export async function launchShortTasks(master: Address, tasks: number): Promise<ShortTasks> {
  const acceptedMs = new Map<string, number>();
  const running: number[] = [];
  const finished: number[] = [];
  let startMs: number | undefined;
  return inFramework(master, (resolve, reject) => ({
    onSubscribe: () => {},
    onOffer(offer, connection) {
      const count = Math.min(roomFor(offer), tasks - acceptedMs.size);
      if (count === 0) {
        decline(connection, offer);
        return;
      }
      startMs ??= performance.now();
      const infos = Array.from({ length: count }, () => {
        const task = aTask(`short-${acceptedMs.size}`, offer, "true");
        acceptedMs.set(task.task_id.value, performance.now());
        return task;
      });
      accept(connection, offer, infos);
    },
    onStatus({ state, task_id: taskId, message = "" }) {
      const elapsedMs = performance.now() - (acceptedMs.get(taskId.value) ?? 0);
      if (state === "TASK_RUNNING") running.push(elapsedMs);
      else if (state === "TASK_FINISHED") finished.push(elapsedMs);
      else if (BAD_STATES.has(state)) reject(new Error(`${state}: ${message}`));
      if (finished.length < tasks) return;
      const perSecond = (tasks / (performance.now() - (startMs ?? 0))) * 1000;
      resolve({ tasks, perSecond, running: latencyOf(running), finished: latencyOf(finished) });
    },
  }));
}

interface Behaviour {
  onSubscribe: () => void;
  onOffer: (offer: Offer, connection: SchedulerConnection) => void;
  /** Acknowledged already. */
  onStatus: (status: TaskStatus) => void;
}

/** Runs a framework until it settles. @throws Error when it has not after ten minutes. */
async function inFramework<T>(
  master: Address,
  behave: (resolve: (value: T) => void, reject: (error: Error) => void) => Behaviour,
): Promise<T> {
  const { promise, resolve, reject } = withResolvers<T>();
  const { onSubscribe, onOffer, onStatus } = behave(resolve, reject);
  const limit = setTimeout(() => reject(new Error("The framework has not come to its end in time")), LIMIT_MS);
  const onEvent = (event: SchedulerEvent, connection: SchedulerConnection): void => {
    if (event.type === "OFFERS") for (const offer of event.offers.offers) onOffer(offer, connection);
    else if (event.type === "ERROR") reject(new Error(event.error.message));
    else if (event.type === "UPDATE") {
      const { status } = event.update;
      acknowledge(connection, status);
      onStatus(status);
    }
  };
  const info = { user: "root", name: "bench", roles: ["bench"], capabilities: [{ type: "MULTI_ROLE" }] };
  const connection = await SchedulerConnection.open({ master, info, onSubscribe, onEvent, onError: reject });
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    await connection.teardown();
  }
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

function acknowledge(connection: SchedulerConnection, { task_id, agent_id, uuid }: TaskStatus): void {
  if (uuid !== undefined && agent_id)
    connection.call({ type: "ACKNOWLEDGE", acknowledge: { task_id, agent_id, uuid } });
}

/** It is offered again at once, so that what comes free is used without a pause. */
function accept(connection: SchedulerConnection, offer: Offer, tasks: TaskInfo[]): void {
  const operations = [{ type: "LAUNCH" as const, launch: { task_infos: tasks } }];
  connection.call({
    type: "ACCEPT",
    accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } },
  });
}

function decline(connection: SchedulerConnection, offer: Offer): void {
  connection.call({ type: "DECLINE", decline: { offer_ids: [offer.id], filters: { refuse_seconds: 0 } } });
}

function roomFor(offer: Offer): number {
  const amount = (name: string): number =>
    (offer.resources ?? []).reduce((sum, r) => (r.name === name ? sum + (r.scalar?.value ?? 0) : sum), 0);
  return Math.floor(Math.min(amount("cpus") / TASK_CPUS, amount("mem") / TASK_MEM) + 1e-6);
}

const aTask = (id: string, offer: Offer, command: string): TaskInfo => ({
  ...{ name: id, task_id: { value: id }, agent_id: offer.agent_id },
  resources: [scalarResource("cpus", TASK_CPUS), scalarResource("mem", TASK_MEM)],
  command: { value: command },
});

function latencyOf(valuesMs: number[]): Latency {
  return { p50Ms: percentile(valuesMs, 0.5), p99Ms: percentile(valuesMs, 0.99) };
}
