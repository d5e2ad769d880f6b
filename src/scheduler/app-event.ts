// What a scheduler of apps tells while it works.
import type { SubscriptionState } from "../client/scheduler-stream.ts";
import type { TaskStatus } from "../mesos/types.ts";
import type { CoreEvent } from "./core/inputs.ts";

/** What happens on the way, for whoever shows it. */
export type AppEvent =
  | { type: "subscription"; state: SubscriptionState }
  | { type: "status"; status: TaskStatus }
  /** Of several schedulers another one leads, or this one does now. */
  | { type: "election"; message: string }
  | CoreEvent;
