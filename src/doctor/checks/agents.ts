// Agents: each by itself, then as the leading master sees it.
import type { AgentSummary } from "../../client/operator.ts";
import type { PlanNode } from "../../cluster/plan-types.ts";
import { ok, unknown, unwell, type Check, type Findings } from "../check.ts";
import { said, valueOf, type AgentFacts, type Facts } from "../facts.ts";
import { bringUp, byDoctor, byHand, restart } from "../remedies.ts";
import { unrecognised, wantsToKnowWhoAsks } from "./credentials.ts";
import { flagOf, leaderlessBecause, leads } from "./masters.ts";
import { processFindings } from "./processes.ts";

export const agentChecks: Check[] = [
  {
    id: "AG001",
    layer: "agents",
    title: "The process of every agent runs",
    run: (facts) => processFindings(facts, "agent", () => "failed"),
  },
  {
    id: "AG002",
    layer: "agents",
    title: "Every agent answers",
    run: (facts, before) =>
      facts.agents.map((agent) => {
        const { name, url, state } = agent;
        if (state.kind === "answered") return ok(`Mesos ${state.value.version}`, name);
        if (before.isUnwell("AG001", name)) return unknown("AG001", name);
        if (wantsToKnowWhoAsks(state)) return unrecognised(name, `${url}/state`, state);
        if (isRecovering(state)) {
          const result = "is looking for the executors that it ran before, and serves when it has them";
          const evidence = [`${url}/state: ${said(state)}`];
          const remedy = bringUp(facts) ?? byHand("Give it a moment; restart it if it stays so");
          return unwell("warning", result, { subject: name, evidence, remedy });
        }
        return unwell("failed", `does not answer: ${said(state)}`, {
          subject: name,
          evidence: [`${url}/state: ${said(state)}`],
          remedy: restart(facts, name) ?? byHand(`Look at the log of the agent at ${url}`),
        });
      }),
  },
  {
    id: "AG003",
    layer: "agents",
    title: "Every agent uses the cluster's ZooKeeper, attributes and resources",
    run: (facts, before) =>
      ofAnswering(facts, before, (agent) => {
        const node = planned(facts, agent);
        if (node === undefined) return undefined;
        const flags = valueOf(agent.state)?.flags ?? {};
        const differing = PLANNED_FLAGS.map((flag) => ({ flag, wanted: flagOf(node, flag), is: flags[flag] })).filter(
          ({ wanted, is }) => wanted !== is,
        );
        if (differing.length === 0) return ok("flags as planned", agent.name);
        return unwell("failed", `runs with other flags than planned: ${differing.map(({ flag }) => flag).join(", ")}`, {
          subject: agent.name,
          evidence: differing.map(
            ({ flag, wanted, is }) => `--${flag} is ${is ?? "not set"}, planned ${wanted ?? "not set"}`,
          ),
          remedy: restart(facts, agent.name),
        });
      }),
  },
  {
    id: "AG004",
    layer: "agents",
    title: "Every agent is registered and active at the leading master",
    run: (facts, before) =>
      ofAnswering(facts, before, (agent) => {
        if (facts.leader === undefined) return unknown(leaderlessBecause(before), agent.name);
        if (facts.leader.agents.kind !== "answered") return unknown("MS002", agent.name);
        const registered = summaryOf(facts.leader.agents.value, agent);
        if (registered?.active === true) return ok(`active as ${registered.id}`, agent.name);
        const earlier = before.trouble(["MS003", "MS005", "MS006"]) ?? before.trouble(["AG003"], agent.name);
        if (earlier !== undefined) return unknown(earlier, agent.name);
        return registered === undefined ? notRegistered(facts, agent) : notActive(facts, agent, registered);
      }),
  },
  {
    id: "AG005",
    layer: "agents",
    title: "Every agent has the version of the leading master",
    run(facts, before) {
      const leader = facts.masters.find(leads);
      const version = leader && valueOf(leader.version);
      if (version === undefined) return [];
      return ofAnswering(facts, before, ({ name, state }) => {
        const own = valueOf(state)?.version;
        if (own === version) return ok(version, name);
        return unwell("warning", `is Mesos ${own}, the leading master is ${version}`, {
          subject: name,
          evidence: [`/state: version ${own}`],
          remedy: byHand("Upgrade masters first, then agents, as Mesos's document on upgrades says"),
        });
      });
    },
  },
  {
    id: "AG006",
    layer: "agents",
    title: "The sandbox of every executor is there",
    run: (facts) =>
      facts.agents
        .filter(({ state }) => state.kind === "answered")
        .map(({ name }) => {
          const own = facts.sandboxes.filter(({ agent }) => agent === name);
          const gone = own.filter(({ isThere }) => !isThere);
          if (gone.length === 0) return ok(`${own.length} there`, name);
          const instance = instanceOf(facts, gone[0]?.executor ?? "");
          return unwell("failed", `the sandbox of ${gone.map(({ executor }) => executor).join(", ")} is gone`, {
            subject: name,
            evidence: gone.map(({ path }) => `${path}: no such folder`),
            remedy:
              instance === undefined
                ? byHand("End the task, so that its framework launches another one")
                : byDoctor(facts, { kind: "relaunch", target: instance, losesTasks: true }),
          });
        }),
  },
];

const PLANNED_FLAGS = ["master", "attributes", "resources"] as const;

/** In its own words; a real agent gives its executors two seconds (--executor_reregistration_timeout). */
function isRecovering(state: AgentFacts["state"]): boolean {
  return said(state).includes("has not finished recovery");
}

/** Those that do not answer have their finding already. */
function ofAnswering(
  facts: Facts,
  before: Findings,
  run: (agent: AgentFacts) => ReturnType<typeof ok> | undefined,
): ReturnType<typeof ok>[] {
  return facts.agents
    .map((agent) => {
      if (agent.state.kind === "answered") return run(agent);
      return unknown(before.isUnwell("AG001", agent.name) ? "AG001" : "AG002", agent.name);
    })
    .filter((one) => one !== undefined);
}

function planned({ plan }: Facts, { name }: AgentFacts): PlanNode | undefined {
  return plan?.nodes.find((node) => node.kind === "agent" && node.name === name);
}

/** Of a command task, its executor has its name. */
function instanceOf({ schedulers }: Facts, task: string): string | undefined {
  const instances = schedulers.flatMap(({ view }) => valueOf(view)?.apps ?? []).flatMap((app) => app.instances);
  return instances.find(({ taskId }) => taskId === task)?.id;
}

/** By its own ID, which its master gave it. */
function summaryOf(agents: AgentSummary[], { state }: AgentFacts): AgentSummary | undefined {
  const id = valueOf(state)?.id;
  return agents.find((agent) => agent.id === id);
}

function notRegistered(facts: Facts, agent: AgentFacts): ReturnType<typeof unwell> {
  const master = valueOf(agent.state)?.flags["master"] ?? "unknown";
  const registered = valueOf(agent.metrics)?.["slave/registered"];
  return unwell("failed", "is not registered at the leading master", {
    subject: agent.name,
    evidence: [
      `its own slave/registered: ${registered ?? "not to be had"}`,
      `its --master: ${master}`,
      `the leading master: ${facts.leader?.url ?? ""}`,
    ],
    remedy: restart(facts, agent.name) ?? byHand("Compare its --master with the cluster's, and look at its log"),
  });
}

function notActive(facts: Facts, agent: AgentFacts, registered: AgentSummary): ReturnType<typeof unwell> {
  const drain = registered["drain_info"] as { state?: string } | undefined;
  const evidence = [`/slaves: active false${drain?.state === undefined ? "" : `, drain_info.state ${drain.state}`}`];
  if (drain === undefined && registered["deactivated"] !== true) {
    const remedy = bringUp(facts);
    return unwell("failed", "is registered but not active", { subject: agent.name, evidence, remedy });
  }
  return unwell("warning", drain === undefined ? "is deactivated" : `is ${drain.state?.toLowerCase() ?? "drained"}`, {
    subject: agent.name,
    evidence,
    remedy: byHand(`When its maintenance is over, send the master REACTIVATE_AGENT for ${registered.id}`),
  });
}
