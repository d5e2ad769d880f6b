// Waits until a cluster whose processes were started is of use, in three steps that people can follow.
import type * as readiness from "../client/readiness.ts";
import type { ClusterPlan, NodeKind, PlanNode } from "../cluster/plan-types.ts";
import type { StepContext } from "../progress/events.ts";
import type { Steps } from "../progress/steps.ts";
import { oneReason } from "./one-reason.ts";

export interface AwaitReadyOptions {
  steps: Steps;
  /** Ends the waiting, with its reason: Ctrl-C, a process that ended. */
  signal: AbortSignal;
  /** The last log lines of nodes that are waited for. */
  logTail: (nodes: PlanNode[]) => string | Promise<string>;
}

/**
 * Resolves when every ZooKeeper server has opened a session, the leading master accepts SUBSCRIBE and all agents are
 * active. Masters are asked for only then: whoever asks a ZooKeeper that is starting makes it start later.
 * @throws StepError STEP_TIMEOUT with the log of what was waited for; the signal's reason.
 */
export async function awaitReady(plan: ClusterPlan, options: AwaitReadyOptions): Promise<void> {
  const { steps, logTail } = options;
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const waiting = (kind: NodeKind, title: string) => ({
    id: kind === "zookeeper" ? kind : `${kind}s`,
    title,
    logTail: () => logTail(plan.nodes.filter((node) => node.kind === kind)),
  });
  const client = import("../client/readiness.ts");
  // While ZooKeeper starts there is nothing else to do here.
  const preloaded = client.then(({ preload }) => preload());
  try {
    await steps.step(waiting("zookeeper", "ZooKeeper answers"), async (context) => {
      const version = await zookeeperAnswers(plan, {
        signal: AbortSignal.any([signal, context.signal]),
        onWaiting: (reason) => context.progress(reason),
      });
      context.detail(`${plan.zookeeper.connect}, ZooKeeper ${version}`);
    });
    await preloaded;
    const mesos = watchMesos(plan, await client, signal);
    await steps.step(waiting("master", "A master leads and accepts frameworks"), async (context) => {
      mesos.listener = context;
      context.detail(await orAborted(mesos.leader, context.signal));
    });
    await steps.step(waiting("agent", "Agents are active"), async (context) => {
      mesos.listener = context;
      context.detail(await orAborted(mesos.agents, context.signal));
    });
  } finally {
    stopped.abort();
  }
}

/** Resolves with the version once every server has answered. */
async function zookeeperAnswers(
  plan: ClusterPlan,
  options: { signal: AbortSignal; onWaiting: (reason: string) => void },
): Promise<string> {
  const { waitForZooKeeper } = await import("../client/zookeeper.ts");
  const nodes = plan.nodes.filter(({ kind }) => kind === "zookeeper");
  const reasons = oneReason(nodes.length, options.onWaiting);
  const servers = await Promise.all(
    nodes.map(async ({ address, port }, index) => {
      const onWaiting = (reason: string) => reasons[index]?.(reason);
      const server = await waitForZooKeeper(address, port, { signal: options.signal, onWaiting });
      reasons[index]?.(undefined);
      return server;
    }),
  );
  return servers[0]?.version ?? "";
}

interface MesosWatch {
  /** The step that hears what is being waited for. */
  listener: StepContext | undefined;
  /** URL of the leading master. */
  leader: Promise<string>;
  /** What became active, for people. */
  agents: Promise<string>;
}

function watchMesos(plan: ClusterPlan, client: typeof readiness, signal: AbortSignal): MesosWatch {
  const watch: Pick<MesosWatch, "listener"> = { listener: undefined };
  const ask = async (onLeader: (url: string) => void): Promise<string> => {
    const { agents } = await client.waitUntilReady({
      master: plan.zookeeper.url,
      expectedAgents: plan.agents.length,
      signal,
      onWaiting: (reason) => watch.listener?.progress(reason),
      onLeader,
    });
    return agents.map(({ hostname, port }) => `${hostname}:${port}`).join(", ");
  };
  let agents = Promise.resolve("");
  const leader = new Promise<string>((resolve, reject) => {
    agents = ask(resolve);
    // Each is reported by the step that waits for it, if the job comes that far.
    agents.catch(reject);
  });
  leader.catch(() => undefined);
  return Object.assign(watch, { leader, agents });
}

/** A step that runs out of time does not wait for what it waited for. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}
