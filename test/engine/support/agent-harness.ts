// An agent in this process on a clock of the test's own: its containers are notes, its executors lists of events.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../../../src/engine/agent/agent.ts";
import type { Executor, ExecutorStream } from "../../../src/engine/agent/book.ts";
import type { AgentOptions } from "../../../src/engine/agent/context.ts";
import type { ExecutorCall, ExecutorEvent } from "../../../src/engine/agent/executor-messages.ts";
import { loadAgentFlags } from "../../../src/engine/agent/flags.ts";
import { recover } from "../../../src/engine/agent/recovery.ts";
import { Files } from "../../../src/engine/common/files.ts";
import { silentLog } from "../../../src/engine/common/log.ts";
import type { ContainerNote } from "../../../src/engine/containerizer/container-note.ts";
import type { LaunchRequest } from "../../../src/engine/containerizer/containers.ts";
import type { AgentToMaster, StatusUpdate } from "../../../src/engine/protocol.ts";
import { allocateTo, scalarResource } from "../../../src/mesos/resources.ts";
import type { FrameworkInfo, Resource, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import { FakeClock, settle } from "./fake-clock.ts";

export const AGENT_ID = "agent-S0";
export const FRAMEWORK: FrameworkInfo = { id: { value: "framework-0000" }, user: "root", name: "test" };
export const CHECKPOINTING: FrameworkInfo = { ...FRAMEWORK, checkpoint: true };

/** Launches at once, unless told to fail; nothing of it runs. */
export class FakeContainers {
  readonly launched: LaunchRequest[] = [];
  readonly destroyed: string[] = [];
  readonly notes = new Map<string, ContainerNote>();
  failure: Error | undefined;

  launch(request: LaunchRequest): Promise<void> {
    this.launched.push(request);
    const { containerId, frameworkId, executorId, sandbox } = request.assignment;
    if (this.failure) return Promise.reject(this.failure);
    const executor = { pid: 4711, startTime: 1 };
    this.notes.set(containerId, {
      containerId,
      frameworkId,
      executorId,
      sandbox,
      runtime: { kind: "posix" },
      executor,
    });
    return Promise.resolve();
  }
  destroy(containerId: string): void {
    this.destroyed.push(containerId);
  }
  get(containerId: string): ContainerNote | undefined {
    return this.notes.get(containerId);
  }
  recover(): ContainerNote[] {
    return [...this.notes.values()];
  }
  processesOf(): number[] {
    return [];
  }
}

export interface TestAgent {
  agent: Agent;
  clock: FakeClock;
  containers: FakeContainers;
  sent: AgentToMaster[];
  workDir: string;
  ends: string[];
}

/** A registered agent, or with `register: false` one that has just been started. */
export function startTestAgent(
  given: {
    args?: string[];
    workDir?: string;
    containers?: FakeContainers;
    register?: boolean;
    resources?: Resource[];
  } = {},
): TestAgent {
  const workDir = given.workDir ?? mkdtempSync(join(tmpdir(), "agent-test-"));
  const loaded = loadAgentFlags([`--work_dir=${workDir}`, "--master=127.0.0.1:1", ...(given.args ?? [])], {});
  const clock = new FakeClock();
  const containers = given.containers ?? new FakeContainers();
  const sent: AgentToMaster[] = [];
  const ends: string[] = [];
  const options: AgentOptions = {
    flags: loaded.values,
    info: { hostname: "a1", port: 5051, resources: given.resources ?? [scalarResource("cpus", 4)], attributes: [] },
    address: { ip: "127.0.0.1", port: 5051, hostname: "a1" },
    containers,
    files: new Files(),
    clock,
    log: silentLog,
    env: { PATH: "/bin", SECRET_OF_AGENT: "1", MESOS_WORK_DIR: "x" },
    send: (message) => sent.push(message),
    onShutdown: (reason) => ends.push(reason),
  };
  const agent = new Agent(options);
  if (given.register !== false) agent.registered(AGENT_ID);
  return { agent, clock, containers, sent, workDir, ends };
}

/** An agent that has read back what its work_dir and its containers have of the one before, and is not registered yet. */
export function recoverTestAgent(given: Parameters<typeof startTestAgent>[0]): TestAgent {
  const test = startTestAgent({ ...given, register: false });
  recover(test.agent);
  return test;
}

export function commandTask(id: string, over: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: AGENT_ID },
    resources: allocateTo("*", [scalarResource("cpus", 0.5)]),
    command: { shell: true, value: "sleep 60" },
    ...over,
  };
}

/** Runs a command task and lets its container be launched. */
export async function runTask(test: TestAgent, task: TaskInfo, framework = FRAMEWORK): Promise<Executor> {
  test.agent.handle({ type: "RUN_TASK", run_task: { framework, task } });
  await settle();
  const executor = test.agent.book.executorOfTask(FRAMEWORK.id?.value ?? "", task.task_id.value);
  if (!executor) throw new Error("The agent has no executor for the task");
  return executor;
}

/** An executor's side of the API. */
export class TestExecutor {
  readonly events: ExecutorEvent[] = [];
  readonly stream: ExecutorStream = {
    send: (event) => void this.events.push(event),
    close: () => (this.closed = true),
  };
  closed = false;
  readonly #test: TestAgent;
  readonly executor: Executor;
  #uuids = 0;

  constructor(test: TestAgent, executor: Executor, unacknowledged: TaskStatus[] = []) {
    this.#test = test;
    this.executor = executor;
    const subscribe = {
      unacknowledged_tasks: [],
      unacknowledged_updates: unacknowledged.map((status) => ({ status })),
    };
    test.agent.executors.subscribe(executor, { ...this.#ids(), type: "SUBSCRIBE", subscribe }, this.stream);
  }

  update(taskId: string, state: TaskState, over: Partial<TaskStatus> = {}): string {
    const uuid = over.uuid ?? Buffer.from(`${taskId}-${++this.#uuids}`).toString("base64");
    const status: TaskStatus = { task_id: { value: taskId }, state, source: "SOURCE_EXECUTOR", uuid, ...over };
    this.#test.agent.executors.update(this.executor, { ...this.#ids(), type: "UPDATE", update: { status } });
    return uuid;
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  #ids(): Pick<ExecutorCall, "framework_id" | "executor_id"> {
    return { framework_id: { value: this.executor.frameworkId }, executor_id: this.executor.info.executor_id };
  }
}

/** What the master was sent about tasks. */
export function updatesOf(test: TestAgent): StatusUpdate[] {
  return test.sent.flatMap((message) => (message.type === "UPDATE" ? [message.update] : []));
}

export function acknowledge(test: TestAgent, taskId: string, uuid: string): void {
  const framework_id = FRAMEWORK.id ?? { value: "" };
  test.agent.handle({ type: "ACKNOWLEDGE", acknowledge: { framework_id, task_id: { value: taskId }, uuid } });
}
