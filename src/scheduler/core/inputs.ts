// What comes into the core, and what comes out of it. Everything that is decided is decided between the two.
import type { OfferConstraints } from "../../mesos/offer-constraints.ts";
import type { SchedulerCall } from "../../mesos/scheduler-api.ts";
import type {
  AgentID,
  AgentInfo,
  FrameworkInfo,
  InverseOffer,
  Offer,
  Resource,
  TaskStatus,
} from "../../mesos/types.ts";
import type { AppSpec } from "../app-spec.ts";
import type { Placement } from "../placement.ts";
import type { Instance } from "./instance.ts";

/** What became of a call. */
export type CallOutcome =
  /** The master has taken it: 2xx. */
  | { name: "taken" }
  /** The master has refused it, and would again. */
  | { name: "refused"; message: string }
  /** Nobody knows whether the master has taken it. */
  | { name: "lost" };

export type Command =
  /** Adds the app, or updates it if it differs from what is there. */
  | { name: "run"; spec: AppSpec }
  | { name: "scale"; app: string; instances: number }
  /** Another task for each instance, as a rolling update without a change. */
  | { name: "restart"; app: string }
  /** Ends the app's tasks and forgets the app. */
  | { name: "remove"; app: string }
  /** Ends the instance's task; another one takes its place. */
  | { name: "kill"; instance: string }
  /** Ends the framework with all that is its own. */
  | { name: "stop" };

export type Input =
  | {
      type: "subscribed";
      frameworkId: string;
      /** Of Mesos, as the master says, if it does. */
      masterVersion?: string | undefined;
      /** What SUBSCRIBE said. */
      frameworkInfo?: FrameworkInfo | undefined;
      offerConstraints?: OfferConstraints | undefined;
    }
  | { type: "disconnected" }
  | { type: "offers"; offers: readonly Offer[] }
  | { type: "inverse-offers"; offers: readonly InverseOffer[] }
  | { type: "rescind"; offerId: string }
  | { type: "rescind-inverse"; offerId: string }
  /** Agents as the master knows them, and what nobody holds of each. */
  | { type: "agents"; agents: readonly SeenAgent[] }
  | { type: "update"; status: TaskStatus }
  | { type: "agent-failed"; agentId: string }
  | { type: "answer"; callId: number; outcome: CallOutcome }
  | { type: "command"; command: Command }
  /** The last lines of stderr of a task that failed. */
  | { type: "tail"; instance: string; taskId: string; text: string }
  /** The master has given the framework up, and its tasks with it. */
  | { type: "framework-removed" }
  | { type: "timer" };

export interface SeenAgent {
  info: AgentInfo & { id: AgentID };
  free: Resource[];
  active: boolean;
}

/** Key → JSON; undefined removes it. A store takes all of them or none. */
export type Changes = Record<string, unknown>;

export type Effect =
  /** Comes before every effect that must not be seen without it. */
  | { type: "persist"; changes: Changes }
  /** To be sent only while the subscription of that number lasts; its answer is told by an `answer` input. */
  | { type: "call"; id: number; subscription: number; call: SchedulerCall }
  /** Read the end of that task's stderr, and tell it by a `tail` input. */
  | { type: "read-tail"; instance: string; placement: Placement }
  /** For onlookers. */
  | { type: "event"; event: CoreEvent }
  /** The framework is gone: forget what is stored of it, the work is over. */
  | { type: "over" }
  /** Subscribe as a new framework: the master does not know this one any more. */
  | { type: "subscribe-anew" }
  /** Subscribe once more: the master is to be told something that it takes with SUBSCRIBE alone. */
  | { type: "resubscribe" };

/** What happens on the way, for whoever shows it. */
export type CoreEvent =
  | { type: "instance"; instance: Readonly<Instance>; before: Instance["state"] | undefined; status?: TaskStatus }
  | { type: "launched"; instance: string; placement: Placement }
  | { type: "app"; app: string; what: string }
  | { type: "note"; message: string };

/** What the core takes from outside with every input. */
export interface Env {
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** 0 ≤ n < 1 */
  random: () => number;
  /** Eight hexadecimal digits that no other call gives. */
  newId: () => string;
  /** Where agents fetch an app's site from; undefined while it is not served. */
  siteUri: (app: string) => string | undefined;
  /** A secret out of the scheduler's environment; undefined if it is not there. */
  secret: (name: string) => string | undefined;
}
