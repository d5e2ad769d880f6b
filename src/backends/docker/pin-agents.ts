// Agents that stay keep their ports and addresses when others come or go: the plan gives them out by place in the list.
import { everyAgent } from "../../cluster/assign-ports.ts";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { parseResources, printResources } from "../../cluster/resources-text.ts";
import { agentNames, type AgentSpec, type ClusterSpec } from "../../cluster/spec.ts";

/** The spec with every agent by itself, and with the ports that it has in the plan where the spec leaves them open. */
export function pinAgents(spec: ClusterSpec, before: ClusterPlan | undefined): ClusterSpec {
  if (before === undefined) return spec;
  const known = new Map(before.nodes.filter(({ kind }) => kind === "agent").map((node) => [node.name, node]));
  const names = agentNames(spec.agents).flat();
  const agents = everyAgent(spec.agents).map(({ agent, member }, index): AgentSpec => {
    const name = names[index] ?? "";
    const own = { ...agent, name, count: 1, ...(agent.port !== undefined && { port: agent.port + member }) };
    const node = known.get(name);
    return node === undefined ? own : pinned(own, node);
  });
  return { ...spec, agents };
}

/** Addresses of agents' containers on the cluster's network by their agents' names; none in the host form. */
export function agentAddressesOf({ nodes }: ClusterPlan): Record<string, string> {
  const agents = nodes.flatMap(({ kind, name, container }) =>
    kind === "agent" && container?.ip !== undefined ? [[name, container.ip] as const] : [],
  );
  return Object.fromEntries(agents);
}

function pinned(agent: AgentSpec, { port, agent: planned }: PlanNode): AgentSpec {
  const written = parseResources(agent.resources);
  const namesPorts = written.some((resource) => resource.name === "ports");
  const { begin, end } = planned?.taskPorts ?? { begin: 0, end: 0 };
  const ports = parseResources(`ports:[${begin}-${end}]`);
  return {
    ...agent,
    port: agent.port ?? port,
    resources: namesPorts || end === 0 ? agent.resources : printResources([...written, ...ports]),
  };
}
