// What the core wants done in the world besides being remembered: calls are sent, ends of logs read, onlookers told.
import type { Clock } from "../../client/clock.ts";
import type { HttpClient } from "../../client/http.ts";
import type { AppEvent } from "../app-event.ts";
import type { CallOutcome, Effect, Input } from "../core/inputs.ts";
import type { SchedulerState } from "../core/state.ts";
import type { SchedulerMeter } from "../metrics/meter.ts";
import type { Placement } from "../placement.ts";
import type { FrameworkStore } from "../store/framework-store.ts";
import { readStderrTail } from "../task-failure.ts";
import { messageOf, outcomeOf } from "./call-outcome.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { TaskNotes } from "./task-notes.ts";

export interface PerformerOptions {
  state: SchedulerState;
  store: FrameworkStore;
  http: HttpClient;
  clock: Clock;
  meter?: SchedulerMeter | undefined;
  notes: TaskNotes;
  subscriptions: Subscriptions;
  /** Once it is aborted nothing more is sent. */
  closing: AbortSignal;
  tell: (event: AppEvent) => void;
  feed: (input: Input) => void;
  /** Work that is under way; what it throws is looked after. */
  track: (work: Promise<unknown>) => void;
}

const STDERR_LIMIT_MS = 2000;

export class Performer {
  readonly #options: PerformerOptions;

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  perform(effect: Exclude<Effect, { type: "persist" }>): void {
    const { tell, track, store, subscriptions } = this.#options;
    switch (effect.type) {
      case "call":
        this.#send(effect);
        break;
      case "event":
        tell(effect.event);
        break;
      case "read-tail":
        track(this.#readTail(effect.instance, effect.placement));
        break;
      case "subscribe-anew":
        // The stream has ended; the next subscription follows it by itself.
        break;
      case "resubscribe":
        subscriptions.resubscribe();
        break;
      case "over":
        track(store.clear());
        break;
    }
  }

  #send({ id, subscription, call }: Extract<Effect, { type: "call" }>): void {
    const { state, clock, closing, notes, meter, subscriptions, tell, feed, track } = this.#options;
    if (subscription !== state.subscription || closing.aborted) return;
    const nowMs = clock.nowMs();
    if (call.type === "ACCEPT") notes.accepted(launchedBy(call.accept.operations), nowMs);
    meter?.sent(call, nowMs);
    const answered = subscriptions.call(call).then(
      (): CallOutcome => ({ name: "taken" }),
      (error: unknown) => {
        tell({ type: "note", message: messageOf(error) });
        return outcomeOf(error);
      },
    );
    track(answered.then((outcome) => feed({ type: "answer", callId: id, outcome })));
  }

  async #readTail(instance: string, placement: Placement): Promise<void> {
    const { state, http, closing, feed } = this.#options;
    const signal = AbortSignal.any([closing, AbortSignal.timeout(STDERR_LIMIT_MS)]);
    const text = await readStderrTail(http, { placement, frameworkId: state.frameworkId ?? "", signal });
    if (text !== "") feed({ type: "tail", instance, taskId: placement.taskId, text });
  }
}

function launchedBy(operations: readonly { launch?: { task_infos?: { task_id: { value: string } }[] } }[]): string[] {
  return operations.flatMap(({ launch }) => launch?.task_infos ?? []).map(({ task_id: id }) => id.value);
}
