// What an agent finds of itself on disk after a restart: who it was, its executors, and updates nobody acknowledged
// (docs/agent-recovery.md).
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { printDuration } from "../../mesos/duration.ts";
import type { AgentInfo, ExecutorInfo, FrameworkInfo } from "../../mesos/types.ts";
import type { ContainerNote } from "../containerizer/container-note.ts";
import type { Task } from "../protocol.ts";
import type { Agent } from "./agent.ts";
import { incompatibility } from "./agent-info.ts";
import { type Executor, newExecutor } from "./book.ts";
import { DamagedCheckpoint, readCheckpoint } from "./checkpoint.ts";
import {
  agentDirectories,
  agentsIn,
  executorInfoFile,
  frameworkInfoFile,
  latestAgentLink,
  latestRun,
  runDirectories,
  type RunKey,
  sentinelFile,
  tasksDirectory,
  virtualSandbox,
  agentInfoFile,
  runsOf,
} from "./paths.ts";
import { applyUpdate } from "./task-updates.ts";

/** The wait status of an executor that nobody waited for: as if it had been killed. */
const UNKNOWN_STATUS = 9;

/** The agent's recovery failed; the program says so and exits with 1. */
export class RecoveryError extends Error {
  constructor(message: string) {
    super(`Failed to perform recovery: ${message}`);
    this.name = "RecoveryError";
  }
}

/**
 * The lines that a real agent prints after an incompatible change, so that people find the same way out. Empty where that
 * would not help: what is damaged lies elsewhere.
 */
export function startAnewHint({ message }: RecoveryError, workDir: string): string {
  if (!/Incompatible agent info|policy|'[^']*\/meta\/slaves\/[^']*'.*possible corruption/.test(message)) return "";
  return [
    "If recovery failed due to a change in configuration and you want to",
    "keep the current agent id, you might want to change the",
    "`--reconfiguration_policy` flag to a more permissive value.",
    "",
    "To restart this agent with a new agent id instead, do as follows:",
    `rm -f ${latestAgentLink(workDir)}`,
    "This ensures that the agent does not recover old live executors.",
    "",
  ].join("\n");
}

/**
 * Takes back what an earlier agent on this work_dir left. Executors whose framework does not checkpoint, and containers
 * that nobody knows, are destroyed; the others have --executor_reregistration_timeout to come back.
 * @throws RecoveryError if the agent may not come back as it is now, or cannot read what it noted
 */
export function recover(agent: Agent): void {
  try {
    recoverAll(agent);
  } catch (error) {
    throw error instanceof DamagedCheckpoint ? new RecoveryError(error.message) : error;
  }
}

function recoverAll(agent: Agent): void {
  const { flags, containers, log } = agent.options;
  const previous = recoverInfo(agent);
  recoverResources(agent);
  const notes = containers.recover();
  for (const note of notes) {
    const executor = previous === undefined || flags.recover === "cleanup" ? undefined : recoverExecutor(agent, note);
    if (executor === undefined) {
      log.info(`Destroying orphan container ${note.containerId}`);
      containers.destroy(note.containerId);
      continue;
    }
    expectBack(agent, executor);
  }
  if (previous !== undefined && flags.recover !== "cleanup") recoverEndedRuns(agent);
  collectOldAgents(agent);
}

/** Agents that were here under other IDs will not come back. */
function collectOldAgents(agent: Agent): void {
  const { work_dir } = agent.options.flags;
  for (const id of agentsIn(work_dir)) {
    if (id === agent.id) continue;
    agent.options.log.info(`Garbage collecting old agent ${id}`);
    for (const path of agentDirectories(work_dir, id)) agent.garbage.schedule(path, { from: "now" });
  }
  agent.garbage.removeWaste();
}

function recoverResources(agent: Agent): void {
  try {
    agent.resources.recover();
  } catch (error) {
    throw new RecoveryError((error as Error).message);
  }
}

function recoverInfo(agent: Agent): AgentInfo | undefined {
  const { flags, log } = agent.options;
  let latest: string;
  try {
    latest = readlinkSync(latestAgentLink(flags.work_dir));
  } catch {
    return undefined; // The first start, or the operator removed the link.
  }
  const info = readCheckpoint(agentInfoFile(flags.work_dir, latest)) as AgentInfo | undefined;
  if (info === undefined) return undefined;
  const problem = incompatibility(info, agent.options.info, flags.reconfiguration_policy);
  if (problem !== undefined) throw new RecoveryError(problem);
  agent.adoptId(latest);
  log.info(`Recovered agent ${latest}`);
  return info;
}

function recoverExecutor(agent: Agent, note: ContainerNote): Executor | undefined {
  const { flags, files } = agent.options;
  const { frameworkId, executorId, containerId, sandbox } = note;
  const key = { agentId: agent.id, frameworkId, executorId, containerId };
  const framework = readCheckpoint(frameworkInfoFile(flags.work_dir, agent.id, frameworkId)) as
    FrameworkInfo | undefined;
  const stored = readCheckpoint(executorInfoFile(flags.work_dir, key)) as
    { info: ExecutorInfo; isCommand: boolean } | undefined;
  if (framework === undefined || stored === undefined) return undefined;
  const executor = newExecutor({ ...stored, frameworkId, containerId, directory: sandbox });
  agent.book.framework(framework).executors.set(executorId, executor);
  files.attach(sandbox, sandbox);
  files.attach(sandbox, virtualSandbox(key));
  recoverTasks(agent, executor);
  return executor;
}

/** `isOver`: nobody waits for what is not acknowledged. */
function recoverTasks(agent: Agent, executor: Executor, { isOver = false } = {}): void {
  const directory = tasksDirectory(agent.options.flags.work_dir, agent.runKey(executor));
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    const task = readCheckpoint(join(directory, name, "task.info")) as Task | undefined;
    if (task === undefined) continue;
    executor.launched.set(task.task_id.value, task);
    const { updates, ended } = agent.updates.recover(join(directory, name, "task.updates"), { isOver });
    for (const update of updates) applyUpdate(executor, update);
    if (!ended) continue;
    executor.launched.delete(task.task_id.value);
    executor.terminated.delete(task.task_id.value);
    executor.completed.push(task);
  }
}

/** It is alive and looks for its agent, or it ended meanwhile: then its container's watch tells. */
function expectBack(agent: Agent, executor: Executor): void {
  const { clock, flags } = agent.options;
  const timeoutMs = flags.executor_reregistration_timeout;
  executor.timer = clock.after(timeoutMs, () => {
    const reason = "REASON_EXECUTOR_REREGISTRATION_TIMEOUT";
    const message = `Executor did not reregister within ${printDuration(timeoutMs)}`;
    executor.termination = { reason, message, lost: "TASK_GONE" };
    agent.executors.destroy(executor);
  });
}

/** Runs whose container is gone, but whose last updates may not have been acknowledged. */
function recoverEndedRuns(agent: Agent): void {
  const { work_dir } = agent.options.flags;
  const isLatest = (key: RunKey): boolean => latestRun(work_dir, key) === key.containerId;
  const runs = runsOf(work_dir, agent.id);
  for (const key of [...runs.filter(isLatest), ...runs.filter((run) => !isLatest(run))]) {
    if (agent.book.executorOfContainer(key.containerId) !== undefined) continue;
    const framework = readCheckpoint(frameworkInfoFile(work_dir, key.agentId, key.frameworkId)) as
      FrameworkInfo | undefined;
    const stored = readCheckpoint(executorInfoFile(work_dir, key)) as
      { info: ExecutorInfo; isCommand: boolean } | undefined;
    if (framework === undefined || stored === undefined) continue;
    // A later run of the same executor is not over: there can be only one in the book.
    if (agent.book.executor(key.frameworkId, key.executorId) !== undefined) {
      for (const path of runDirectories(work_dir, key)) agent.garbage.schedule(path, { from: "last-change" });
      continue;
    }
    const executor = newExecutor({ ...stored, ...key, directory: key.directory });
    agent.book.framework(framework).executors.set(key.executorId, executor);
    const isOver = existsSync(sentinelFile(work_dir, key));
    recoverTasks(agent, executor, { isOver });
    if (isOver) {
      executor.state = "TERMINATED";
      agent.executors.completeIfDone(executor, "last-change");
    } else {
      agent.executors.exited(executor, UNKNOWN_STATUS);
    }
  }
}
