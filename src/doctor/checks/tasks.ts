// Frameworks and their tasks, as the leading master has them.
import { ok, unknown, unwell, type Check, type Findings } from "../check.ts";
import { valueOf, type ClusterTasks, type Facts, type TaskFacts } from "../facts.ts";
import { byDoctor, byHand } from "../remedies.ts";
import { leaderlessBecause } from "./masters.ts";

export const taskChecks: Check[] = [
  {
    id: "TK001",
    layer: "tasks",
    title: "Every task belongs to a framework that the master knows",
    run: (facts, before) =>
      withTasks(facts, before, ({ orphans }) => {
        if (orphans.length === 0) return ok("no orphans");
        return unwell("warning", `${count(orphans, "task")} without a framework`, {
          evidence: orphans.map(described),
          remedy: byHand("Start their framework again with its ID, or end it for good by POST /teardown at the master"),
        });
      }),
  },
  {
    id: "TK002",
    layer: "tasks",
    title: "No task is on an agent that cannot be reached",
    run(facts, before) {
      const lost = valueOf(facts.leader?.tasks)?.unreachable;
      if (lost === undefined) return [unknown(leaderlessBecause(before))];
      const agents = new Set((valueOf(facts.leader?.agents) ?? []).map(({ id }) => id));
      // What one that came back meanwhile does not report is over.
      const unreachable = lost.filter(({ agent }) => !agents.has(agent));
      if (unreachable.length === 0) return [ok("none unreachable")];
      return [...new Set(unreachable.map(({ agent }) => agent))].map((agent) => {
        const own = unreachable.filter((task) => task.agent === agent);
        return unwell("warning", `cannot be reached, and ${count(own, "task")} with it`, {
          subject: agent,
          evidence: own.map(described),
          remedy: mayComeBack(facts, before)
            ? byHand("Bring the agent back, or mark it gone (MARK_AGENT_GONE) if it never will be")
            : byDoctor(facts, { kind: "gone", target: agent, losesTasks: true }),
        });
      });
    },
  },
  {
    id: "TK003",
    layer: "tasks",
    title: "Frameworks acknowledge the updates that they are sent",
    run: (facts, before) =>
      withTasks(facts, before, ({ waiting }) => {
        if (waiting.length === 0) return ok("none waits");
        return unwell("warning", `the last update of ${count(waiting, "task")} is not acknowledged`, {
          evidence: waiting.map((task) => `${described(task)}, last sent: ${task.updateState ?? "none"}`),
          remedy: byHand("See whether their framework still runs and hears its events"),
        });
      }),
  },
  {
    id: "TK004",
    layer: "tasks",
    title: "Frameworks that have tasks are connected",
    run(facts, before) {
      const frameworks = valueOf(facts.leader?.frameworks);
      if (frameworks === undefined) return [unknown(leaderlessBecause(before))];
      const tasks = valueOf(facts.leader?.tasks)?.running ?? [];
      const gone = frameworks.filter(
        ({ id, connected }) => !connected && tasks.some(({ framework }) => framework === id),
      );
      if (gone.length === 0) return [ok(count(frameworks, "framework"))];
      return gone.map(({ id, name }) =>
        unwell("warning", "has tasks but is not connected: they end when its failover timeout is over", {
          subject: name,
          evidence: [`GET_FRAMEWORKS: ${id}, connected false`],
          remedy: byHand("Start its scheduler again; it goes on with the framework ID that it kept"),
        }),
      );
    },
  },
];

/**
 * One of the planned agents does not serve, and may be it. Where all of them do, those have begun anew under other IDs, and
 * nobody is left to come back.
 */
function mayComeBack({ plan, agents }: Facts, before: Findings): boolean {
  if (plan === undefined || agents.length === 0) return true;
  return before.all.some(({ id, level }) => ["AG001", "AG002", "AG004"].includes(id) && level !== "ok");
}

function withTasks(
  facts: Facts,
  before: Findings,
  run: (tasks: ClusterTasks) => ReturnType<typeof ok>,
): ReturnType<typeof ok>[] {
  const tasks = valueOf(facts.leader?.tasks);
  return [tasks === undefined ? unknown(leaderlessBecause(before)) : run(tasks)];
}

function described({ id, framework, agent, state }: TaskFacts): string {
  return `${id}: ${state}, framework ${framework}, agent ${agent}`;
}

function count(things: unknown[], what: string): string {
  return `${things.length} ${what}${things.length === 1 ? "" : "s"}`;
}
