// The ports that nodes are to have, while those do not run: whoever has one keeps its node from being started.
import { ok, unwell, type Check } from "../check.ts";
import { isOwn, nodesOf, type Facts, type NodeFacts, type PortHolder } from "../facts.ts";
import { freePort } from "../remedies.ts";
import { leads, quorumOf } from "./masters.ts";
import { hasQuorum } from "./zookeeper.ts";

export const portChecks: Check[] = [
  {
    id: "MC011",
    layer: "machine",
    title: "The ports of nodes that do not run are free",
    run(facts) {
      const { nodes } = facts;
      if (nodes.length > 0 && nodes.every(({ state }) => state === "running")) return [ok("all nodes run")];
      return nodes.flatMap((node) => {
        if (node.portHolders === undefined) return [];
        const strangers = node.portHolders.filter((one) => !isOwn(one, facts));
        const [first] = strangers;
        if (first === undefined) return [ok("none of its ports is taken", node.name)];
        return [
          unwell(
            carryOnWithout(node, facts) ? "warning" : "failed",
            `cannot be started: its port ${first.port} is taken by ${whose(first)}`,
            {
              subject: node.name,
              evidence: strangers.map((one) => `${one.address}:${one.port} is listened on by ${whose(one)}`),
              remedy: freePort(first),
            },
          ),
        ];
      });
    },
  },
];

function whose({ described, clusterFolder }: PortHolder): string {
  return clusterFolder === undefined ? described : `${described}, of the cluster in ${clusterFolder}`;
}

function carryOnWithout({ kind }: NodeFacts, facts: Facts): boolean {
  if (kind === "zookeeper") return nodesOf(facts, kind).length > 1 && hasQuorum(facts.servers);
  if (kind === "agent") return false;
  const missing = nodesOf(facts, kind).filter(({ state }) => state !== "running").length;
  return facts.masters.length - missing >= quorumOf(facts) && facts.masters.some(leads);
}
