// Agents that the new description leaves out are drained before their containers go: their tasks are killed in order and
// their frameworks launch them again elsewhere (Mesos's docs/maintenance.md, "agent draining").
import { setTimeout } from "node:timers/promises";
import type { OperatorClient } from "../../client/operator.ts";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { MesosUpError } from "../../errors.ts";
import { isTerminal } from "../../mesos/task-state.ts";
import type { TaskState } from "../../mesos/types.ts";
import type { StepContext } from "../../progress/events.ts";
import type { UpRun } from "./up-run.ts";

/** What tasks have to end by themselves. */
const graceMs = 30_000;
const lookEveryMs = 100;

/** Tells, and goes on, where no master leads or an agent is not registered: there is nothing to drain then. */
export async function drainRemovedAgents(run: UpRun, before: ClusterPlan, after: ClusterPlan): Promise<void> {
  const kept = new Set(after.nodes.map(({ name }) => name));
  const removed = before.nodes.filter(({ kind, name }) => kind === "agent" && !kept.has(name));
  if (removed.length === 0) return;
  await run.steps.step({ id: "drain", title: "Removed agents are drained" }, async (context) => {
    const [{ HttpClient }, { leaderDetector }, { OperatorClient }] = await Promise.all([
      import("../../client/http.ts"),
      import("../../client/leader.ts"),
      import("../../client/operator.ts"),
    ]);
    await using http = new HttpClient();
    await using detector = leaderDetector(before.zookeeper.url, { http });
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(5_000)]);
    const leader = await detector.find(signal).catch(() => undefined);
    if (leader === undefined) {
      context.signal.throwIfAborted();
      context.skip("no master leads");
      return;
    }
    const operator = new OperatorClient(http, leader);
    await Promise.all(removed.map((node) => drain(node, operator, context)));
    context.detail(removed.map(({ name }) => name).join(", "));
  });
}

async function drain(node: PlanNode, operator: OperatorClient, context: StepContext): Promise<void> {
  const find = async () =>
    (await operator.agents(context.signal)).find(
      ({ hostname, port, pid }) =>
        port === node.port && (hostname === node.address || pid.includes(`@${node.address}:`)),
    );
  const agent = await find();
  if (agent === undefined) {
    context.note(`${node.name} is not registered with the master`);
    return;
  }
  const agentId = { agent_id: { value: agent.id } };
  const config = { max_grace_period: { nanoseconds: graceMs * 1e6 }, mark_gone: false };
  await operator.tell("DRAIN_AGENT", { drain_agent: { ...agentId, ...config } }, context.signal);
  // What does not end within its grace period is killed; that takes a moment, too.
  const deadline = performance.now() + 2 * graceMs;
  while (await hasTasks(agent.id, operator, context)) {
    if (performance.now() > deadline) throw notDrained(node);
    context.progress(`${node.name} still has tasks`);
    await setTimeout(lookEveryMs, undefined, { signal: context.signal });
  }
  await operator.tell("MARK_AGENT_GONE", { mark_agent_gone: agentId }, context.signal);
}

/** The master has an agent drained only when every last update is acknowledged, which a scheduler that is away does not do. */
async function hasTasks(agentId: string, operator: OperatorClient, { signal }: StepContext): Promise<boolean> {
  const { frameworks } = await operator.masterState(signal);
  const tasks = frameworks.flatMap((framework) => framework.tasks);
  return tasks.some(({ slave_id, state }) => slave_id === agentId && !isTerminal(state as TaskState));
}

function notDrained({ name }: PlanNode): MesosUpError {
  return new MesosUpError(
    `${name}, which is to be removed, still has tasks ${(2 * graceMs) / 1000} s after it was to be drained.`,
    {
      code: "AGENT_NOT_DRAINED",
      hint: "See in its log which tasks do not end; end them, or put the agent back into the cluster file.",
    },
  );
}
