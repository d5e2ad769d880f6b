// The logs of a cluster by their names, and those among them that a user asks for.
import type { LogSource } from "../backends/log-source.ts";
import { ConfigError } from "../errors.ts";

export type LogKind = "zookeeper" | "master" | "agent" | "scheduler" | "task";

export interface NamedLog {
  /** "master-1", "scheduler nginx", "TASK-ID stdout" */
  name: string;
  kind: LogKind;
  /** What else it is known by: the app of a task or scheduler, the ID of the task. */
  aliases: string[];
  log: LogSource;
}

const PLURALS: Record<LogKind, string> = {
  zookeeper: "zookeepers",
  master: "masters",
  agent: "agents",
  scheduler: "schedulers",
  task: "tasks",
};

/** All of them, or those of that kind, name, task or app. */
export function logsCalled(logs: readonly NamedLog[], wanted: readonly string[]): NamedLog[] {
  return wanted.length === 0 ? [...logs] : logs.filter((log) => wanted.some((word) => isCalled(log, word)));
}

export function isCalled({ name, kind, aliases }: NamedLog, word: string): boolean {
  return [name, kind, PLURALS[kind], ...aliases].includes(word);
}

/** @throws ConfigError LOG_UNKNOWN where a word names no log and none of a kind that may still come */
export function refuseUnknown(logs: readonly NamedLog[], wanted: readonly string[]): void {
  const kinds = new Set(Object.entries(PLURALS).flat());
  const unknown = wanted.find((word) => !kinds.has(word) && !logs.some((log) => isCalled(log, word)));
  if (unknown === undefined) return;
  const known = [...new Set(logs.map(({ name, kind, aliases }) => (kind === "task" ? (aliases[0] ?? name) : name)))];
  throw new ConfigError(`There is no log of ${unknown} here.`, {
    code: "LOG_UNKNOWN",
    hint: `There are ${known.join(", ")}, and whole kinds: zookeeper, master, agent, scheduler, task.`,
  });
}
