// Is the program of a node running at all? The same question for all three kinds.
import type { NodeKind } from "../../cluster/plan-types.ts";
import { ok, unwell } from "../check.ts";
import { isOwn, nodesOf, type Facts, type NodeFacts, type PortHolder } from "../facts.ts";
import type { Finding, Remedy } from "../finding.ts";
import { bringUp, byDoctor, freePort, restart } from "../remedies.ts";
import { lastWords, linesSinceStart } from "./last-words.ts";

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
    return unwell(severity(missing, nodes.length), whatIsWrong(node, facts), {
      subject: node.name,
      evidence: evidenceOf(node),
      remedy: remedyFor(facts, node),
    });
  });
}

function runs({ pid, address, port, version }: NodeFacts): string {
  return `${version ?? "runs"} at ${address}:${port}${pid === undefined ? "" : `, PID ${pid}`}`;
}

function whatIsWrong(node: NodeFacts, facts: Facts): string {
  const unrecorded = holders(node).find((one) => isOwn(one, facts));
  if (unrecorded !== undefined) return `runs as PID ${unrecorded.pid}, but nothing is written down of it`;
  if (node.paused === true) return "its container is paused: it lives and does nothing";
  if (node.suspended) return `the process (PID ${node.pid}) is stopped by a signal: it lives and does nothing`;
  if (node.state === "absent") return "was never started";
  const words = lastWords(node.logTail);
  return words === undefined ? "has ended" : `has ended: ${words.meaning}`;
}

function holders({ portHolders = [] }: NodeFacts): PortHolder[] {
  return portHolders;
}

function evidenceOf(node: NodeFacts): string[] {
  if (node.paused === true) return ["the Docker daemon: State.Paused"];
  if (node.suspended) return [`/proc/${node.pid}/stat: state T (stopped)`];
  const log = node.logTail.trim();
  const taken =
    node.numberHolder === undefined ? [] : [`its record's number is another's by now: ${node.numberHolder}`];
  return [
    ...taken,
    `${node.logFile ?? "log"}: ${log === "" ? "empty, or not to be read" : ""}`.trim(),
    ...(log === "" ? [] : evidentLines(log)),
  ];
}

const EVIDENT_LINES = 8;

/** What others, this program among them, have asked it tells nothing of its end. */
const QUESTION = /\] (?:HTTP (?:GET|POST) for |Redirecting request for )|Processing (?:ruok|srvr) command from /;

/** After it, a real agent goes on with advice that takes more lines than are shown. */
const FAREWELL = /\] EXIT with status [1-9]/;

/** The end of the log, up to the line that tells why, should there be one. */
function evidentLines(log: string): string[] {
  const lines = linesSinceStart(log).filter((line) => !QUESTION.test(line));
  const line = lastWords(log)?.line ?? lines.findLast((one) => FAREWELL.test(one));
  const end = line === undefined ? lines : lines.slice(0, lines.lastIndexOf(line) + 1);
  return end.slice(-EVIDENT_LINES);
}

function remedyFor(facts: Facts, node: NodeFacts): Remedy | undefined {
  const { name } = node;
  if (node.suspended) return restart(facts, name);
  if (holders(node).some((one) => isOwn(one, facts))) {
    return byDoctor(facts, { kind: "restart", target: name, losesTasks: false });
  }
  const [holder] = holders(node);
  if (holder !== undefined) return freePort(holder);
  const words = lastWords(node.logTail);
  if (words?.remedy !== undefined) return words.remedy(facts, node);
  return bringUp(facts);
}
