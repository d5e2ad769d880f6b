// What a simulation has of its schedulers, be it one or one of several that leads.
import type { SchedulerState } from "../../../src/scheduler/core/state.ts";
import type { SchedulerHost, Observer } from "./host.ts";

export interface SchedulerObserver extends Observer {
  /** A process has begun with what was stored. */
  started(state: SchedulerState): void;
}

export interface Schedulers {
  /** The process that leads, or led last. */
  readonly host: SchedulerHost | undefined;
  start(): void;
  /** A kill -9. */
  kill(): void;
  /** The subscription of the one that leads breaks. */
  cut(): void;
  /** Whether an instance has its task on the agent, or may have it. */
  uses(agentId: string): boolean;
  /** Nothing goes wrong any more. */
  calmDown(): void;
  /** What is not as it should be although nothing happens any more. */
  leftovers(): string[];
}
