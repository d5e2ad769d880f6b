// Everything that the core knows. What must survive the process has a key in the store; the rest is found out anew with
// every subscription.
import type { FrameworkInfo, Offer, Resource } from "../../mesos/types.ts";
import type { AppSpec } from "../app-spec.ts";
import type { Changes } from "./inputs.ts";
import type { Instance } from "./instance.ts";

export interface Rollout {
  /** The version that there was before. */
  from: number;
  startedMs: number;
  /** Failures of tasks of the new version. */
  failures: number;
  state: "rolling" | "rolled-back";
}

export interface AppState {
  name: string;
  /** What the app is now. */
  spec: AppSpec;
  version: number;
  /** The highest number that a version of it ever had. */
  lastVersion: number;
  /** What it was before the rolling update that is under way. */
  previous?: AppSpec | undefined;
  rollout?: Rollout | undefined;
  /** How many instances are wanted. */
  instances: number;
  /** To be forgotten as soon as its last task has ended. */
  removing?: true | undefined;
}

/** What an agent offered last, less what was taken of it: what `why` goes by. */
export interface KnownAgent {
  /** Made up of what the master says of the agent, without an ID, if it was never offered. */
  offer: Offer;
  seenMs: number;
  /** What is left of the offer. */
  left: readonly Resource[];
  /** Why it is not to be counted on at the moment: it has failed, or its offer was rescinded. */
  away?: string | undefined;
}

/** What a call was for, as long as its answer matters. `sinceMs` is when its offers were first decided on. */
export type PendingCall =
  | { for: "launch"; instances: string[]; offerId: string; sinceMs: number }
  /** The decline of an offer whose ACCEPT nobody has heard of: its tasks are reconciled after it. */
  | { for: "withdraw"; offerId: string; instances: string[]; sinceMs: number }
  | { for: "decline"; offerIds: string[]; refuseSeconds: number; sinceMs: number }
  | { for: "demand"; what: "SUPPRESS" | "REVIVE"; roles: string[] }
  | { for: "telling"; info: string; constraints: string; roles: string[] }
  | { for: "teardown" };

export interface SchedulerState {
  /** As it was opened: what its apps make of it is in core/framework-info.ts. */
  readonly info: FrameworkInfo;
  frameworkId: string | undefined;
  subscribed: boolean;
  /** Counts subscriptions, so that calls of one are not sent in another. */
  subscription: number;
  /** The framework is to be torn down. */
  stopping: boolean;
  over: boolean;
  apps: Map<string, AppState>;
  instances: Map<string, Instance>;
  /** Those of them that want an offer. */
  waiting: Map<string, Instance>;
  /** The instance of each task. */
  byTask: Map<string, Instance>;
  agents: Map<string, KnownAgent>;
  pending: Map<number, PendingCall>;
  lastCallId: number;
  demand: {
    /** Roles in which the master offers, as far as is known. */
    offered: Set<string>;
    /** A SUPPRESS or REVIVE has no answer yet: the next one would overtake it. */
    inFlight: boolean;
    /** Refused offers are wanted back. */
    reviveWanted: boolean;
    lastReviveMs: number;
  };
  /** What the master knows of the framework. */
  told: {
    /** What may change of FrameworkInfo, and offer constraints, as text; undefined: nobody knows. */
    info: string | undefined;
    constraints: string | undefined;
    /** Whether it knows UPDATE_FRAMEWORK, and what offer constraints are. */
    takesUpdates: boolean;
    takesConstraints: boolean;
  };
  /** Tasks of which nothing has been heard in this subscription. */
  unconfirmed: Set<string>;
  /** Tasks whose ACCEPT has no answer yet: they must not be asked about. */
  unanswered: Set<string>;
  reconciling: {
    /** Tasks of which nothing was heard since this round began. */
    remaining: Set<string>;
    attempt: number;
    nextMs: number;
    /** All that the master knows is to be asked for once the tasks that are known here have their answers. */
    implicit: boolean;
    /** It is asked for besides, while agents may still register with a master that leads anew: how often, and when next. */
    looks: number;
    lookMs: number;
  };
  /** Offers whose ACCEPT is lost: they are declined, lest it still arrive. */
  withdrawals: Map<string, { instances: string[]; sinceMs: number; nextMs: number }>;
  /** Offers that are to be declined once more: a master may hold them for ever. */
  declines: { offerIds: string[]; refuseSeconds: number; sinceMs: number; nextMs: number }[];
  /** Agents that go into maintenance, and when. */
  leaving: Map<string, number>;
  /** The agent that each inverse offer asks for. */
  inverseOffers: Map<string, string>;
  /** Apps of which instances are being replaced. */
  rolling: Set<string>;
  /** When to send KILL again, by task; also of tasks that no instance has. */
  kills: Map<string, { agentId: string | undefined; attempt: number; nextMs: number }>;
  /** No later than the first moment at which something is due; Infinity if nothing is. */
  wakeMs: number;
}

export const FRAMEWORK_KEY = "framework";
const APP_PREFIX = "app/";
const INSTANCE_PREFIX = "instance/";
export const appKey = (name: string): string => APP_PREFIX + name;
export const instanceKey = (id: string): string => INSTANCE_PREFIX + id;

/** Whether the end of the framework was asked for when that was stored. */
export function isEnding(stored: Changes | undefined): boolean {
  return (stored?.[FRAMEWORK_KEY] as { stopping?: boolean } | undefined)?.stopping === true;
}

/** The state as it was stored; what was never stored gives one without apps. */
export function restoreState(info: FrameworkInfo, stored: Changes | undefined): SchedulerState {
  // A master lets nobody change it, and another scheduler of the framework may be another user's.
  const { user = info.user } = (stored?.[FRAMEWORK_KEY] ?? {}) as { user?: string };
  const state: SchedulerState = {
    info: { ...info, user },
    frameworkId: undefined,
    subscribed: false,
    subscription: 0,
    stopping: false,
    over: false,
    apps: new Map(),
    instances: new Map(),
    waiting: new Map(),
    byTask: new Map(),
    agents: new Map(),
    pending: new Map(),
    lastCallId: 0,
    demand: {
      offered: new Set(),
      inFlight: false,
      reviveWanted: false,
      lastReviveMs: -Infinity,
    },
    told: { info: undefined, constraints: undefined, takesUpdates: false, takesConstraints: false },
    unconfirmed: new Set(),
    unanswered: new Set(),
    reconciling: { remaining: new Set(), attempt: 0, nextMs: Infinity, implicit: false, looks: 0, lookMs: Infinity },
    withdrawals: new Map(),
    declines: [],
    leaving: new Map(),
    inverseOffers: new Map(),
    rolling: new Set(),
    kills: new Map(),
    wakeMs: -Infinity,
  };
  for (const [key, value] of Object.entries(stored ?? {})) {
    if (key === FRAMEWORK_KEY) {
      const { id } = value as { id: string };
      state.frameworkId = id;
      state.stopping = isEnding(stored);
    } else if (key.startsWith(APP_PREFIX)) {
      const app = value as AppState;
      state.apps.set(app.name, app);
      if (app.rollout !== undefined) state.rolling.add(app.name);
    } else if (key.startsWith(INSTANCE_PREFIX)) {
      const instance = value as Instance;
      state.instances.set(instance.id, instance);
      if (instance.state === "waiting") state.waiting.set(instance.id, instance);
      if (instance.task === undefined) continue;
      const { taskId, agentId } = instance.task;
      state.byTask.set(taskId, instance);
      state.unconfirmed.add(taskId);
      if (instance.state === "killing") {
        state.kills.set(taskId, { agentId, attempt: 0, nextMs: -Infinity });
      }
    }
  }
  return state;
}

/** The value that belongs under a key now; undefined if there is nothing any more. */
export function storedValue(state: SchedulerState, key: string): unknown {
  if (key === FRAMEWORK_KEY) {
    return state.frameworkId === undefined
      ? undefined
      : {
          id: state.frameworkId,
          name: state.info.name,
          user: state.info.user,
          ...(state.stopping && { stopping: true }),
        };
  }
  if (key.startsWith(APP_PREFIX)) return state.apps.get(key.slice(APP_PREFIX.length));
  return state.instances.get(key.slice(INSTANCE_PREFIX.length));
}

export function instancesOf(state: SchedulerState, app: string): Instance[] {
  const found: Instance[] = [];
  for (const instance of state.instances.values()) if (instance.app === app) found.push(instance);
  return found.sort((a, b) => a.ordinal - b.ordinal);
}
