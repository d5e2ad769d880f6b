// Status updates on their way to the master: one stream per task, kept on disk, one update in flight, sent again until it
// is acknowledged (src/slave/task_status_update_manager.cpp).
import { isTerminal } from "../../mesos/task-state.ts";
import type { Clock, Timer } from "../common/clock.ts";
import type { StatusUpdate } from "../protocol.ts";
import { appendRecord, readRecords } from "./checkpoint.ts";

const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 10 * 60_000;

type StoredRecord = { update: StatusUpdate } | { acknowledged: string };

interface Stream {
  /** Where it is kept; undefined for frameworks that do not checkpoint. */
  file: string | undefined;
  pending: StatusUpdate[];
  received: Set<string>;
  terminalAcknowledged: boolean;
  retry: Timer | undefined;
}

export interface UpdateStreamsOptions {
  clock: Clock;
  /** Sends to the master; called only between `resume` and `pause`. */
  forward: (update: StatusUpdate) => void;
}

export type Acknowledgement = { update: StatusUpdate; streamEnded: boolean };

export class UpdateStreams {
  readonly #options: UpdateStreamsOptions;
  readonly #streams = new Map<string, Stream>();
  #paused = true;

  constructor(options: UpdateStreamsOptions) {
    this.#options = options;
  }

  /** Takes an update in, writing it to `file` first. False if it was there before: an executor's repetition. */
  add(update: StatusUpdate, file: string | undefined): boolean {
    const key = keyOf(update.framework_id.value, update.status.task_id.value);
    const stream = this.#streams.get(key) ?? newStream(file);
    const uuid = update.status.uuid ?? "";
    if (stream.received.has(uuid)) return false;
    if (stream.file !== undefined) appendRecord(stream.file, { update } satisfies StoredRecord);
    this.#streams.set(key, stream);
    stream.received.add(uuid);
    stream.pending.push(update);
    if (stream.pending.length === 1) this.#send(stream, FIRST_RETRY_MS);
    return true;
  }

  /** The framework has seen the update in flight. Undefined for any other UUID: a repeated or late acknowledgement. */
  acknowledge(frameworkId: string, taskId: string, uuid: string): Acknowledgement | undefined {
    const key = keyOf(frameworkId, taskId);
    const stream = this.#streams.get(key);
    const [update] = stream?.pending ?? [];
    if (stream === undefined || update === undefined || update.status.uuid !== uuid) return undefined;
    if (stream.file !== undefined) appendRecord(stream.file, { acknowledged: uuid } satisfies StoredRecord);
    stream.retry?.cancel();
    apply(stream, { acknowledged: uuid });
    if (stream.terminalAcknowledged) this.#streams.delete(key);
    else this.#send(stream, FIRST_RETRY_MS);
    return { update, streamEnded: stream.terminalAcknowledged };
  }

  /** No master to send to: retries stop until `resume`. */
  pause(): void {
    this.#paused = true;
    for (const stream of this.#streams.values()) stream.retry?.cancel();
  }

  /** A master is there: whatever is in flight is sent again. */
  resume(): void {
    this.#paused = false;
    for (const stream of this.#streams.values()) this.#send(stream, FIRST_RETRY_MS);
  }

  /** A framework that is gone acknowledges nothing any more. */
  forget(frameworkId: string): void {
    for (const [key, stream] of this.#streams) {
      if (!key.startsWith(keyOf(frameworkId, ""))) continue;
      stream.retry?.cancel();
      this.#streams.delete(key);
    }
  }

  /**
   * Reads a stream back after a restart. Returns its updates, oldest first, and whether the last was acknowledged, or need
   * not be: `isOver`.
   */
  recover(file: string, { isOver = false } = {}): { updates: StatusUpdate[]; ended: boolean } {
    const stream = newStream(file);
    const updates: StatusUpdate[] = [];
    for (const record of readRecords<StoredRecord>(file)) {
      apply(stream, record);
      if ("update" in record) updates.push(record.update);
    }
    const [first] = updates;
    const ended = isOver || stream.terminalAcknowledged;
    if (first !== undefined && !ended) {
      this.#streams.set(keyOf(first.framework_id.value, first.status.task_id.value), stream);
    }
    return { updates, ended };
  }

  #send(stream: Stream, retryMs: number): void {
    stream.retry?.cancel();
    stream.retry = undefined;
    const [update] = stream.pending;
    if (this.#paused || update === undefined) return;
    const latest = stream.pending.at(-1)?.status.state ?? update.status.state;
    stream.retry = this.#options.clock.after(retryMs, () => this.#send(stream, Math.min(retryMs * 2, LAST_RETRY_MS)));
    this.#options.forward({ ...update, latest_state: latest });
  }
}

const keyOf = (frameworkId: string, taskId: string): string => `${frameworkId}/${taskId}`;

function newStream(file: string | undefined): Stream {
  return {
    file,
    pending: [],
    received: new Set(),
    terminalAcknowledged: false,
    retry: undefined,
  };
}

function apply(stream: Stream, record: StoredRecord): void {
  if ("update" in record) {
    stream.received.add(record.update.status.uuid ?? "");
    stream.pending.push(record.update);
    return;
  }
  const [done] = stream.pending.splice(0, 1);
  if (done !== undefined && isTerminal(done.status.state)) stream.terminalAcknowledged = true;
}
