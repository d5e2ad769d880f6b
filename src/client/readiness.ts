// When a cluster is ready: a master leads, it accepts SUBSCRIBE, and the agents are active. /health says none of this.
import { MesosApiError } from "../errors.ts";
import { SCHEDULER_PATH } from "../mesos/scheduler-api.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { readEvents } from "./event-records.ts";
import { HttpClient, UnreachableError } from "./http.ts";
import { leaderDetector } from "./leader.ts";
import { OperatorClient } from "./operator.ts";
import type { AgentSummary } from "./operator.ts";
import { poll } from "./poll.ts";
import { callHeaders, subscribe } from "./subscribe.ts";

export interface ReadinessOptions {
  /** zk://host:port,host:port/path, host:port of masters, or one URL. */
  master: string | readonly string[];
  /** How many agents must be active. */
  expectedAgents: number;
  /** Ends the waiting: a deadline, Ctrl-C, the death of a process that was waited for. */
  signal: AbortSignal;
  /** Hears what is being waited for, once per change. */
  onWaiting?: (reason: string) => void;
  /** Hears which master leads as soon as that one accepts SUBSCRIBE. */
  onLeader?: (url: string) => void;
  clock?: Clock;
}

export interface ReadyCluster {
  /** URL of the leading master, http://host:port. */
  leader: string;
  agents: AgentSummary[];
}

const ANSWER_LIMIT_MS = 5000;

/**
 * Waits until the cluster is ready.
 * @throws the signal's reason; MesosApiError where a master refuses what it should not.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<ReadyCluster> {
  const { signal, clock = systemClock } = options;
  const tell = onChange(options.onWaiting);
  await using http = new HttpClient();
  await using detector = leaderDetector(options.master, { http, clock });
  const look = async (): Promise<ReadyCluster | undefined> => {
    const leader = await detector.find(signal, tell);
    try {
      await acceptsSubscribe(http, leader, { signal, clock });
      options.onLeader?.(leader);
      return { leader, agents: await activeAgents(http, leader, { ...options, clock, tell }) };
    } catch (error) {
      signal.throwIfAborted();
      tell(reasonToWait(error));
      return undefined;
    }
  };
  return await poll(look, { clock, signal });
}

/** Loads what the waiting needs, for whoever has a moment before it: the libraries are large. */
export async function preload(): Promise<void> {
  await Promise.all([import("undici"), import("node-zookeeper-client")]);
}

/**
 * Subscribes a framework that wants no offers, and tears it down again.
 * @throws MesosApiError, UnreachableError
 */
export async function acceptsSubscribe(
  http: HttpClient,
  master: string,
  options: { signal: AbortSignal; clock: Clock },
): Promise<void> {
  const { signal } = options;
  const info = { framework_info: PROBE, suppressed_roles: PROBE.roles };
  const subscription = await subscribe(
    http,
    master,
    { type: "SUBSCRIBE", subscribe: info },
    { signal, timeoutMs: ANSWER_LIMIT_MS },
  );
  const limit = { ...options, silenceLimitMs: () => ANSWER_LIMIT_MS };
  for await (const event of readEvents(subscription.records, limit)) {
    if (event.type !== "SUBSCRIBED") continue;
    await http.request({
      method: "POST",
      url: subscription.master + SCHEDULER_PATH,
      headers: callHeaders(subscription),
      body: JSON.stringify({ type: "TEARDOWN", framework_id: event.subscribed.framework_id }),
      signal,
    });
    return;
  }
  throw new UnreachableError(`${master} closed the stream before SUBSCRIBED.`, { code: "UNREACHABLE", url: master });
}

const PROBE = {
  user: "nobody",
  name: "mesos-up readiness",
  roles: ["*"],
  failover_timeout: 0,
  capabilities: [{ type: "MULTI_ROLE" }],
};

async function activeAgents(
  http: HttpClient,
  leader: string,
  options: ReadinessOptions & { clock: Clock; tell: (reason: string) => void },
): Promise<AgentSummary[]> {
  const operator = new OperatorClient(http, leader);
  return await poll(async () => {
    const active = (await operator.agents(options.signal)).filter((agent) => agent.active);
    if (active.length >= options.expectedAgents) return active;
    options.tell(`${active.length} of ${options.expectedAgents} agents are active`);
    return undefined;
  }, options);
}

/** What passes with time; anything else is thrown. */
function reasonToWait(error: unknown): string {
  if (error instanceof UnreachableError) return error.message;
  if (error instanceof MesosApiError && error.retryable) return error.message;
  throw error;
}

function onChange(listener: ((reason: string) => void) | undefined): (reason: string) => void {
  let last = "";
  return (reason) => {
    if (reason !== last) listener?.(reason);
    last = reason;
  };
}
