// When allocations are made: at once for agents on which something has changed, and for all at every allocation interval.
import { channel } from "node:diagnostics_channel";
import type { Allocation } from "../allocator/allocation.ts";
import type { Allocator } from "../allocator/allocator.ts";
import type { Clock } from "../common/clock.ts";

/** An allocation over many agents gives way to other work after this long. */
const SLICE_MS = 15;
const SLICE_AGENTS = 64;

/** Whoever measures hears of every step: `{ step: "begin" | "pause" | "resume" | "end", agents }`. */
const steps = channel("mesos-up:allocation");

export interface AllocationRunnerOptions {
  allocator: Allocator;
  clock: Clock;
  intervalMs: number;
  /** Receives what has been allocated on some of the agents; must make offers of it, or recover it. */
  onAllocations: (allocations: Allocation[]) => void;
  /** Is called when all that was asked for is allocated. */
  onEnd?: () => void;
}

/** Runs allocations once started. Requests made while one is under way are served by the next. */
export class AllocationRunner {
  readonly #options: AllocationRunnerOptions;
  #requested = new Set<string>();
  #allRequested = false;
  #scheduled = false;
  #started = false;
  /** For the metrics. */
  runs = 0;
  lastRunMs = 0;

  constructor(options: AllocationRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, intervalMs, allocator } = this.#options;
    this.#started = true;
    clock.every(intervalMs, () => {
      allocator.startRound(clock.nowMs());
      this.requestAll();
    });
    this.requestAll();
  }

  /** Something has come free on this agent. */
  request(agentId: string): void {
    this.#requested.add(agentId);
    this.#schedule();
  }

  /** Somebody new may take what is free anywhere. */
  requestAll(): void {
    this.#allRequested = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#started) return;
    if (!this.#allRequested && this.#requested.size === 0) return;
    this.#scheduled = true;
    this.#options.clock.soon(() => {
      const agentIds = [...(this.#allRequested ? this.#options.allocator.agentIds : this.#requested)];
      this.#requested = new Set();
      this.#allRequested = false;
      this.runs++;
      this.#run({ agentIds, startMs: this.#options.clock.nowMs() }, 0);
    });
  }

  #run(run: { agentIds: string[]; startMs: number }, from: number): void {
    const { clock, allocator, onAllocations, onEnd } = this.#options;
    const { agentIds } = run;
    tell(from === 0 ? "begin" : "resume", agentIds);
    const sliceMs = clock.nowMs();
    let at = from;
    while (at < agentIds.length && clock.nowMs() - sliceMs < SLICE_MS) {
      const allocations = allocator.allocate(agentIds.slice(at, at + SLICE_AGENTS), sliceMs);
      if (allocations.length > 0) onAllocations(allocations);
      at += SLICE_AGENTS;
    }
    tell(at < agentIds.length ? "pause" : "end", agentIds);
    if (at < agentIds.length) {
      clock.soon(() => this.#run(run, at));
      return;
    }
    onEnd?.();
    this.lastRunMs = clock.nowMs() - run.startMs;
    this.#scheduled = false;
    this.#schedule();
  }
}

function tell(step: "begin" | "pause" | "resume" | "end", { length: agents }: readonly string[]): void {
  if (steps.hasSubscribers) steps.publish({ step, agents });
}
