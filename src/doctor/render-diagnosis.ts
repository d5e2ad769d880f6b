// A diagnosis for people: the root cause first, then what is not well with its evidence, then what is, layer by layer.
import type { Diagnosis, Finding, Layer } from "./finding.ts";
import { LAYERS } from "./finding.ts";
import type { Repair } from "./fix.ts";

const LAYER_NAMES: Record<Layer, string> = {
  machine: "machine",
  zookeeper: "ZooKeeper",
  masters: "masters",
  agents: "agents",
  tasks: "frameworks and tasks",
  leftovers: "leftovers",
};

const MARKS: Record<Finding["level"], string> = { ok: "✓", warning: "!", failed: "✗", unknown: "?" };

/** `verbose` shows what is well one by one, and evidence without shortening. */
export function renderDiagnosis({ rootCause, findings }: Diagnosis, { verbose = false } = {}): string {
  const lines = LAYERS.flatMap((layer) => layerLines(layer, findings, verbose));
  return [...conclusion(rootCause), "", ...lines].join("\n");
}

/** What is wrong and what to do, in a sentence each. */
function conclusion(rootCause: Finding | undefined): string[] {
  if (rootCause === undefined) return ["All is well."];
  const { id, remedy } = rootCause;
  return [
    `${rootCause.level === "failed" ? "Root cause" : "Worth a look"} (${id}): ${sentence(rootCause)}.`,
    ...(remedy === undefined ? [] : [`${remedy.kind === "by-hand" ? "" : "Run: "}${remedy.command}`]),
  ];
}

/** "its clock is …", "the process is …", "/work is gone", "0 of 1 run", and not "has ended". */
const HAS_ITS_OWN_SUBJECT = /^(?:its |the |\/|\d)/;

function sentence({ subject, result }: Finding): string {
  if (subject === undefined) return result;
  return `${subject}${HAS_ITS_OWN_SUBJECT.test(result) ? ":" : ""} ${result}`;
}

function layerLines(layer: Layer, all: Finding[], verbose: boolean): string[] {
  const findings = all.filter((one) => one.layer === layer);
  if (findings.length === 0) return [];
  const unwell = findings.filter(({ level }) => level !== "ok");
  const well = findings.length - unwell.length;
  const shown = verbose ? findings : unwell;
  const head = unwell.length === 0 ? `${MARKS.ok} ${LAYER_NAMES[layer]}` : `  ${LAYER_NAMES[layer]}`;
  return [`${head}: ${well} of ${findings.length} checks well`, ...shown.flatMap((one) => findingLines(one, verbose))];
}

/** So many lines of evidence tell enough; the rest is in `--json` and `--verbose`. */
const EVIDENCE_LINES = 6;

function findingLines(finding: Finding, verbose: boolean): string[] {
  const { id, level, evidence, remedy } = finding;
  const shown = verbose ? evidence : evidence.slice(-EVIDENCE_LINES);
  return [
    `  ${MARKS[level]} ${id} ${sentence(finding)}`,
    ...(level === "ok" && !verbose ? [] : shown.map((line) => `      ${line}`)),
    ...(remedy === undefined ? [] : [`      → ${remedy.command}`]),
  ];
}

/** What was done, line by line. */
export function renderRepairs(repairs: Repair[]): string[] {
  if (repairs.length === 0) return ["Nothing was to be done that is not yours to decide.", ""];
  const lines = repairs.map(({ finding, command, outcome, said }) => {
    return `${finding}: ${command}: ${outcome}${said === undefined ? "" : `: ${said}`}`;
  });
  return [...lines, ""];
}
