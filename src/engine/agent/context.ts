// What the parts of an agent share.
import type { AgentInfo, TaskStatus } from "../../mesos/types.ts";
import type { Clock } from "../common/clock.ts";
import type { Files } from "../common/files.ts";
import type { Log } from "../common/log.ts";
import type { Containers } from "../containerizer/containers.ts";
import type { AgentToMaster } from "../protocol.ts";
import type { Book, Executor } from "./book.ts";
import type { AgentFlags } from "./flags.ts";
import type { GarbageCollector } from "./garbage-collector.ts";
import type { RunKey } from "./paths.ts";
import type { OwnUpdate } from "./task-updates.ts";

export interface AgentOptions {
  flags: AgentFlags;
  /** Without an id, until a master gives one or recovery finds it. */
  info: AgentInfo;
  address: { ip: string; port: number; hostname: string };
  containers: Pick<Containers, "launch" | "destroy" | "get" | "recover" | "processesOf">;
  files: Files;
  clock: Clock;
  log: Log;
  env: NodeJS.ProcessEnv;
  /** To the master, as far as one is there. */
  send: (message: AgentToMaster) => void;
  /** The agent is to end. */
  onShutdown: (reason: string) => void;
}

/** The agent as its executors' side sees it. */
export interface AgentContext {
  readonly options: AgentOptions;
  readonly book: Book;
  readonly info: AgentInfo;
  readonly garbage: GarbageCollector;
  runKey: (executor: Pick<Executor, "frameworkId" | "containerId" | "info">) => RunKey;
  /** An executor's update, on its way to the framework. */
  updateFromExecutor: (executor: Executor, status: TaskStatus) => void;
  /** The agent's own update about a task of an executor. */
  updateFromAgent: (executor: Executor, update: OwnUpdate) => void;
  /** The agent's own update about a task that it does not have. */
  updateAboutUnknown: (frameworkId: string, update: OwnUpdate) => void;
  stateForLost: <S extends "TASK_DROPPED" | "TASK_GONE">(frameworkId: string, precise: S) => S | "TASK_LOST";
  /** The container of an executor is gone. */
  executorEnded: () => void;
}
