// What it takes to bring an executor up: its description, its folders, its environment.
import { chmodSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { printDuration } from "../../mesos/duration.ts";
import type { ExecutorInfo, FrameworkInfo, TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment } from "../containerizer/assignment.ts";
import type { AgentFlags } from "./flags.ts";
import { replaceLink } from "./checkpoint.ts";
import { openSandboxOutput } from "../executor/sandbox-output.ts";
import { EXECUTOR_PATH } from "./executor-messages.ts";
import { latestRunLink, nestedContainersDirectory, runDirectory, type RunKey } from "./paths.ts";

/** The executor that the agent supplies for a task that has only a command. */
export function commandExecutorInfo(task: TaskInfo, frameworkId: string): ExecutorInfo {
  const id = task.task_id.value;
  const { command } = task;
  const words =
    command?.shell === false
      ? [command.value ?? "", ...(command.arguments ?? [])].join(" ")
      : `sh -c '${command?.value ?? ""}'`;
  const shown = words.length > 15 + "sh -c ''".length ? `${words.slice(0, 19)}...')` : `${words})`;
  return {
    executor_id: { value: id },
    framework_id: { value: frameworkId },
    name: `Command Executor (Task: ${id}) (Command: ${shown}`,
    source: id,
    ...(command === undefined ? {} : { command }),
    ...(task.container === undefined ? {} : { container: task.container }),
    ...(task.labels === undefined ? {} : { labels: task.labels }),
    resources: [],
  };
}

/** Makes the sandbox with its two files, and points `latest` at it. Returns its path. */
export function makeSandbox(workDir: string, key: RunKey): string {
  const directory = runDirectory(workDir, key);
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o750);
  openSandboxOutput(directory).close();
  replaceLink(latestRunLink(workDir, key), resolve(directory));
  return directory;
}

export interface AssignmentOptions {
  flags: AgentFlags;
  executor: ExecutorInfo;
  /** Where executors reach the agent. */
  address: { ip: string; port: number; hostname: string };
  key: RunKey;
  sandbox: string;
  framework: FrameworkInfo;
  role: string;
  env: NodeJS.ProcessEnv;
}

export function assignmentFor(options: AssignmentOptions): Omit<ExecutorAssignment, "runtime"> {
  const { flags, address, key, sandbox, framework, executor, role } = options;
  const directory = nestedContainersDirectory(flags.runtime_dir, key.containerId);
  return {
    agent: { ...address, path: `/slave(1)${EXECUTOR_PATH}` },
    frameworkId: key.frameworkId,
    executorId: key.executorId,
    containerId: key.containerId,
    sandbox,
    sandboxDirectory: flags.sandbox_directory,
    environment: executorEnvironment(options),
    checkpoint: framework.checkpoint === true,
    recoveryTimeoutMs: flags.recovery_timeout,
    shutdownGracePeriodMs: flags.executor_shutdown_grace_period,
    enableCfs: flags.cgroups_enable_cfs,
    ...(executor.type === "DEFAULT" ? { groups: { flags, role, user: framework.user, directory } } : {}),
  };
}

/** The agent's own variables but for what concerns the agent alone, and what executors are told (docs/executor-http-api.md). */
function executorEnvironment({
  flags,
  address,
  key,
  sandbox,
  framework,
  executor,
  role,
  env,
}: AssignmentOptions): Record<string, string> {
  const given = flags.executor_environment_variables as Record<string, string> | undefined;
  const inherited = Object.entries(env).filter(([name]) => !/^(MESOS|LIBPROCESS)_/.test(name));
  const endpoint = `${address.ip}:${address.port}`;
  const checkpoint = framework.checkpoint === true;
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...(given ?? (Object.fromEntries(inherited) as Record<string, string>)),
    LIBPROCESS_IP: address.ip,
    LIBPROCESS_PORT: "0",
    MESOS_AGENT_ENDPOINT: endpoint,
    ...(executor.type === "CUSTOM" ? {} : { MESOS_ALLOCATION_ROLE: role }),
    MESOS_CHECKPOINT: checkpoint ? "1" : "0",
    MESOS_DIRECTORY: sandbox,
    MESOS_EXECUTOR_ID: key.executorId,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(flags.executor_shutdown_grace_period),
    MESOS_FRAMEWORK_ID: key.frameworkId,
    MESOS_HTTP_COMMAND_EXECUTOR: flags.http_command_executor ? "1" : "0",
    MESOS_SANDBOX: sandbox,
    MESOS_SLAVE_ID: key.agentId,
    MESOS_SLAVE_PID: `slave(1)@${endpoint}`,
    ...(checkpoint
      ? { MESOS_RECOVERY_TIMEOUT: printDuration(flags.recovery_timeout), MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs" }
      : {}),
  };
}
