// What a master objects to in a task's check and health check, in its own words (src/checks/checks_*.cpp, health_checker.cpp).
import type { CommandInfo, TaskInfo } from "../../mesos/types.ts";

/** What both kinds of check have, however they are written down. */
interface AnyCheck {
  type?: string | undefined;
  command?: CommandInfo | undefined;
  http?: { path?: string; scheme?: string } | undefined;
  tcp?: unknown;
}

type Timing = Partial<
  Record<"delay_seconds" | "interval_seconds" | "timeout_seconds" | "grace_period_seconds", number>
>;

/** Undefined if the task has no checks, or none that cannot be done. */
export function checksProblem(task: TaskInfo): string | undefined {
  const health = task.health_check;
  const check = task.check as
    (Timing & Omit<AnyCheck, "command"> & { command?: { command?: CommandInfo } }) | undefined;
  const problem = check && checkProblem({ ...check, command: check.command?.command }, check, "CheckInfo");
  if (problem !== undefined) return `Task uses invalid check: ${problem}`;
  const healthProblem = health && checkProblem(health, health, "HealthCheck");
  return healthProblem && `Task uses invalid health check: ${healthProblem}`;
}

function checkProblem(check: AnyCheck, timing: Timing, message: "CheckInfo" | "HealthCheck"): string | undefined {
  const kind = message === "CheckInfo" ? "check" : "health check";
  if (check.type === undefined) return `${message} must specify 'type'`;
  const { type, command, http } = check;
  if ((type === "COMMAND" && !command) || (type === "HTTP" && !http) || (type === "TCP" && !check.tcp))
    return `Expecting '${type.toLowerCase()}' to be set for ${type} ${kind}`;
  if (type === "COMMAND" && command && command.value === undefined)
    return `Command ${kind} must contain '${command.shell === false ? "executable path" : "shell command"}'`;
  if (http?.path !== undefined && !http.path.startsWith("/"))
    return `The path '${http.path}' of HTTP ${kind} must start with '/'`;
  if (http?.scheme !== undefined && http.scheme !== "http" && http.scheme !== "https")
    return `Unsupported HTTP health check scheme: '${http.scheme}'`;
  const names = ["delay_seconds", "interval_seconds", "timeout_seconds", "grace_period_seconds"] as const;
  const negative = names.find((name) => (timing[name] ?? 0) < 0);
  return negative && `Expecting '${negative}' to be non-negative`;
}
