// What `demo` shows of a cluster that is highly available: parts of it fail one after the other, and nginx is asked all the
// while whether it still answers.
import { setTimeout } from "node:timers/promises";
import type { DockerFaults } from "../src/backends/docker/docker-faults.ts";
import type { ListingBackend } from "../src/backends/backend.ts";
import type { ClusterPlan, PlanNode } from "../src/cluster/plan-types.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";
import type { StepContext } from "../src/progress/events.ts";
import type { Steps } from "../src/progress/steps.ts";
import type { ReportFault } from "../src/report/report.ts";
import type { Constraint } from "../src/scheduler/app-spec.ts";
import type { RunningApp } from "../src/scheduler/running-app.ts";

export interface FaultsOptions {
  backend: DockerFaults;
  plan: ClusterPlan;
  app: RunningApp;
  steps: Steps;
  /** Told each fault as soon as the cluster is well again. */
  onFault: (fault: ReportFault) => void;
}

const askEveryMs = 100;
const lookEveryMs = 50;

/** Whether parts can be taken away, and enough of each are there. */
export function canShowFaults(spec: ClusterSpec, backend: ListingBackend): backend is ListingBackend & DockerFaults {
  const agents = spec.agents.reduce((sum, { count }) => sum + count, 0);
  return "stopNode" in backend && spec.zookeeper.servers >= 3 && spec.masters.count >= 3 && agents >= 2;
}

/** All racks but the last, so that there is something to keep to, and somewhere to go when an agent is lost. */
export function rackConstraint({ nodes }: ClusterPlan): Constraint[] {
  const racks = [...new Set(nodes.flatMap(({ agent }) => agent?.attributes["rack"] ?? []))].sort();
  return racks.length < 3 ? [] : [["rack", "IN", racks.slice(0, -1)]];
}

/** @throws MesosUpError FAULT_NOT_SURVIVED; StepError STEP_TIMEOUT for what does not come back */
export async function showFaults(options: FaultsOptions): Promise<void> {
  const { plan, backend, app } = options;
  const left = { agents: plan.agents.length };

  await fault(options, { id: "fault-master", title: "The leading master is stopped" }, async (context) => {
    const leader = nodeAt(plan, await leadingMaster(plan, context.signal));
    return {
      fault: `leading master stopped (${leader.name})`,
      make: () => backend.stopNode(plan, leader.name),
      recovered: async () => `${nodeAt(plan, await allWell(plan, left.agents, context)).name} leads`,
    };
  });
  await fault(options, { id: "fault-zookeeper", title: "A ZooKeeper follower is stopped" }, async (context) => {
    const follower = await zookeeperFollower(plan);
    return {
      fault: `ZooKeeper follower stopped (${follower.name})`,
      make: () => backend.stopNode(plan, follower.name),
      recovered: async () => `${nodeAt(plan, await allWell(plan, left.agents, context)).name} still leads`,
    };
  });
  await fault(options, { id: "fault-restart", title: "nginx's agent is started again" }, (context) => {
    const agent = agentOf(plan, app);
    const before = app.running.taskId;
    // Executors are in containers of their own in the host form alone; in the other they end with their agent's.
    const outlives = plan.docker?.form === "host";
    return Promise.resolve({
      fault: `agent's container restarted (${agent.name})`,
      mustAnswer: outlives,
      make: () => backend.restartNode(plan, agent.name),
      recovered: async () => {
        await answersAt(agent, context);
        await allWell(plan, left.agents, context);
        return outlives
          ? "the agent is back, its task never left"
          : `the agent is back, ${await launchedAgain(options, before, context)}`;
      },
    });
  });
  await fault(options, { id: "fault-agent", title: "nginx's agent is lost for good" }, (context) => {
    const agent = agentOf(plan, app);
    const before = app.running.taskId;
    left.agents--;
    return Promise.resolve({
      fault: `agent lost (${agent.name})`,
      make: () => backend.loseAgent(plan, agent.name),
      recovered: () => launchedAgain(options, before, context),
    });
  });
}

/** Waits for another task than that; tells where it is. */
async function launchedAgain({ plan, app }: FaultsOptions, taskId: string, context: StepContext): Promise<string> {
  await until(() => app.tasks.some((task) => task.taskId !== taskId), context);
  await app.verify({ signal: context.signal });
  return `nginx was launched again on ${agentOf(plan, app).name}`;
}

interface Fault {
  fault: string;
  make: () => Promise<void>;
  /** Resolves when all is well again, with what has become of it. */
  recovered: () => Promise<string>;
  /** The app must not be away for a moment. */
  mustAnswer?: boolean;
}

async function fault(
  { app, steps, onFault }: FaultsOptions,
  step: { id: string; title: string },
  prepare: (context: StepContext) => Promise<Fault>,
): Promise<void> {
  await steps.step(step, async (context) => {
    const { fault, make, recovered, mustAnswer = false } = await prepare(context);
    const asking = keepAsking(app);
    try {
      const startedMs = performance.now();
      await make();
      const outcome = await recovered();
      const recoveredMs = performance.now() - startedMs;
      const { requests, failed } = await asking.stop();
      if (mustAnswer && failed > 0) throw notSurvived(fault, failed, requests);
      onFault({ fault, outcome, recoveredMs, requests, failed });
      const answers = failed === 0 ? "nginx answered throughout" : `${failed} of ${requests} requests failed`;
      context.detail(`${outcome} after ${(recoveredMs / 1000).toFixed(1)} s, ${answers}`);
    } finally {
      await asking.stop();
    }
  });
}

/** Asks the app's task of the moment again and again. */
function keepAsking(app: RunningApp): { stop(): Promise<{ requests: number; failed: number }> } {
  const over = new AbortController();
  const seen = { requests: 0, failed: 0 };
  const asking = (async () => {
    while (!over.signal.aborted) {
      const { address, hostPorts } = app.running;
      const right = await fetch(`http://${address}:${hostPorts[0] ?? 0}/`, { signal: AbortSignal.timeout(2_000) })
        .then(({ status }) => status === 200)
        .catch(() => false);
      seen.requests++;
      if (!right) seen.failed++;
      await setTimeout(askEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      over.abort();
      await asking;
      return seen;
    },
  };
}

async function leadingMaster(plan: ClusterPlan, signal: AbortSignal): Promise<string> {
  const [{ HttpClient }, { leaderDetector }] = await Promise.all([
    import("../src/client/http.ts"),
    import("../src/client/leader.ts"),
  ]);
  await using http = new HttpClient();
  await using detector = leaderDetector(plan.zookeeper.url, { http });
  return await detector.find(signal);
}

/** Resolves with the leading master's URL once it accepts SUBSCRIBE and that many agents are active. */
async function allWell(plan: ClusterPlan, expectedAgents: number, context: StepContext): Promise<string> {
  const { waitUntilReady } = await import("../src/client/readiness.ts");
  const onWaiting = (reason: string): void => context.progress(reason);
  const { leader } = await waitUntilReady({
    master: plan.zookeeper.url,
    expectedAgents,
    signal: context.signal,
    onWaiting,
  });
  return leader;
}

async function zookeeperFollower({ nodes }: ClusterPlan): Promise<PlanNode> {
  const { probeZooKeeper } = await import("../src/client/zookeeper.ts");
  const servers = nodes.filter(({ kind }) => kind === "zookeeper");
  const modes = await Promise.all(
    servers.map(({ address, port }) =>
      probeZooKeeper(address, port).then(
        ({ mode }) => mode,
        () => undefined,
      ),
    ),
  );
  const follower = servers[modes.indexOf("follower")];
  if (follower !== undefined) return follower;
  throw new MesosUpError("No ZooKeeper server says that it follows another one.", {
    code: "ZOOKEEPER_NOT_SERVING",
    hint: "`mesos-up status` shows which of them run.",
  });
}

/** The agent's process that is there now has recovered: before, nobody answers. */
async function answersAt({ address, port }: PlanNode, context: StepContext): Promise<void> {
  const url = `http://${address}:${port}/state`;
  await until(
    () =>
      fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
    context,
  );
}

async function until(look: () => boolean | Promise<boolean>, { signal }: StepContext): Promise<void> {
  while (!(await look())) await setTimeout(lookEveryMs, undefined, { signal });
}

function agentOf(plan: ClusterPlan, app: RunningApp): PlanNode {
  return nodeAt(plan, `http://${app.running.agent}`);
}

function nodeAt(plan: ClusterPlan, url: string): PlanNode {
  const { hostname, port } = new URL(url);
  const found = plan.nodes.find((node) => node.address === hostname && node.port === Number(port));
  if (found === undefined) throw new Error(`no node of the plan is at ${url}`);
  return found;
}

function notSurvived(what: string, failed: number, requests: number): MesosUpError {
  return new MesosUpError(`nginx had no answer to ${failed} of ${requests} requests after this: ${what}.`, {
    code: "FAULT_NOT_SURVIVED",
    hint: "See in the agent's log whether it found its executors again.",
  });
}
