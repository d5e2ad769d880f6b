// Where a node's output goes, and its end, which is what people want to see of it.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { PlanNode } from "../../../cluster/plan-types.ts";

/** Enough for some hundred lines of any log. */
const tailBytes = 64 * 1024;

/** The file that takes the node's stdout and stderr. */
export function logFileOf(node: PlanNode): string {
  return join(node.directories.log, `${node.name}.log`);
}

/** The last `lines` lines of a file, newest last; empty where there is none. */
export function tailOf(path: string, lines: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    const length = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString("utf8", 0, length).trimEnd();
    return text.split("\n").slice(-lines).join("\n");
  } finally {
    closeSync(descriptor);
  }
}

/** For an error: one node's last lines; of several, each one's under its name. */
export function logTails(nodes: PlanNode[]): string {
  const [only, ...others] = nodes;
  if (only !== undefined && others.length === 0) return tailOf(logFileOf(only), 15);
  return nodes.map((node) => `${node.name}:\n${tailOf(logFileOf(node), 5)}`).join("\n");
}
