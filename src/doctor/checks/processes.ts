// Is the program of a node running at all? The same question for all three kinds.
import type { NodeKind } from "../../cluster/plan-types.ts";
import { ok, unwell } from "../check.ts";
import { nodesOf, type Facts, type NodeFacts } from "../facts.ts";
import type { Finding, Remedy } from "../finding.ts";
import { bringUp, restart } from "../remedies.ts";
import { lastWords } from "./last-words.ts";

/** `severity` says what it means that some are not running: of several, the others may carry on. */
export function processFindings(
  facts: Facts,
  kind: NodeKind,
  severity: (missing: number, all: number) => "warning" | "failed",
): Omit<Finding, "id" | "layer">[] {
  const nodes = nodesOf(facts, kind);
  const missing = nodes.filter((node) => node.state !== "running" || node.suspended).length;
  return nodes.map((node) => {
    if (node.state === "running" && !node.suspended) return ok(runs(node), node.name);
    return unwell(severity(missing, nodes.length), whatIsWrong(node), {
      subject: node.name,
      evidence: evidenceOf(node),
      remedy: remedyFor(facts, node),
    });
  });
}

function runs({ pid, address, port, version }: NodeFacts): string {
  return `${version ?? "runs"} at ${address}:${port}${pid === undefined ? "" : `, PID ${pid}`}`;
}

function whatIsWrong(node: NodeFacts): string {
  if (node.suspended) return `the process (PID ${node.pid}) is stopped by a signal: it lives and does nothing`;
  if (node.state === "absent") return "was never started";
  const words = lastWords(node.logTail);
  return words === undefined ? "has ended" : `has ended: ${words.meaning}`;
}

function evidenceOf(node: NodeFacts): string[] {
  if (node.suspended) return [`/proc/${node.pid}/stat: state T (stopped)`];
  const log = node.logTail.trim();
  return [
    `${node.logFile ?? "log"}: ${log === "" ? "empty, or not to be read" : ""}`.trim(),
    ...(log === "" ? [] : log.split("\n")),
  ];
}

function remedyFor(facts: Facts, node: NodeFacts): Remedy | undefined {
  if (node.suspended) return restart(facts, node.name);
  return lastWords(node.logTail)?.remedy ?? bringUp(facts);
}
