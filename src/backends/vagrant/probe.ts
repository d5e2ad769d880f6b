// Whether the nodes of a cluster on machines answer.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { nodeVersions, type AskOptions } from "../node-versions.ts";

/** What does not answer within this time on a network of this machine's own, however busy that is, does not answer. */
const ANSWER_WITHIN_MS = 5_000;

/** The version of each node that answers, by the node's name. Whoever does not is to be started anew: it gets time. */
export function versionsOf(
  { nodes }: ClusterPlan,
  { answerWithinMs = ANSWER_WITHIN_MS, signalOf }: AskOptions = {},
): Promise<Map<string, string>> {
  return nodeVersions(nodes, { answerWithinMs, signalOf });
}
