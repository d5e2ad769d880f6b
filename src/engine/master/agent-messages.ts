// What may come in over the connection of an agent: anybody can open one, so every message is looked at before it is used.
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { REPORTED_MESSAGES } from "../../mesos/protobuf/reported-messages.ts";
import { ConversionError, messageFromJson } from "../common/wire/from-json.ts";
import type { AgentToMaster } from "../protocol.ts";
import { resourcesProblem } from "./task-validation.ts";

/** The messages of protocol.ts in the notation of definition.ts; the numbers are not used. */
const LINK_MESSAGES = {
  messages: {
    "link.Message":
      "type:link.Message.Type!=1 register:link.Description=2 reregister:link.Description=3 update:link.Update=4 message:link.Data=5 exited_executor:link.ExitedExecutor=6 operation_update:link.OperationUpdate=7",
    "link.Description":
      "agent_info:AgentInfo!=1 pid:string!=2 version:string!=3 capabilities:string[]=4 tasks:Task[]=5 executors:link.Executor[]=6 frameworks:FrameworkInfo[]=7 total_resources:Resource[]=8 operations:Operation[]=9",
    "link.OperationUpdate": "framework_id:FrameworkID=1 operation_uuid:UUID!=2 status:OperationStatus!=3",
    "link.Executor": "executor_info:ExecutorInfo!=1 framework_id:FrameworkID!=2",
    "link.Update":
      "framework_id:FrameworkID!=1 executor_id:ExecutorID=2 agent_id:AgentID!=3 status:TaskStatus!=4 latest_state:TaskState=5",
    "link.Data": "framework_id:FrameworkID!=1 executor_id:ExecutorID!=2 data:bytes!=3",
    "link.ExitedExecutor": "framework_id:FrameworkID!=1 executor_id:ExecutorID!=2 status:int32!=3",
  },
  enums: {
    "link.Message.Type":
      "REGISTER=1 REREGISTER=2 UNREGISTER=3 UPDATE=4 MESSAGE=5 EXITED_EXECUTOR=6 PONG=7 OPERATION_UPDATE=8",
  },
};

const schema = new Schema(MESOS_MESSAGES, REPORTED_MESSAGES, LINK_MESSAGES);

/** The part that a message of some type cannot do without, and the lists in it that may be left out. */
const PARTS: Partial<Record<AgentToMaster["type"], { name: string; lists: readonly string[] }>> = {
  REGISTER: { name: "register", lists: ["capabilities"] },
  REREGISTER: {
    name: "reregister",
    lists: ["capabilities", "tasks", "executors", "frameworks", "operations"],
  },
  UPDATE: { name: "update", lists: [] },
  MESSAGE: { name: "message", lists: [] },
  OPERATION_UPDATE: { name: "operation_update", lists: [] },
  EXITED_EXECUTOR: { name: "exited_executor", lists: [] },
};

/** The message, with the types that protocol.ts gives it. @throws ConversionError if it is none */
export function agentMessage(value: unknown): AgentToMaster {
  const message = messageFromJson(schema, "link.Message", value) as AgentToMaster;
  const needed = PARTS[message.type];
  if (!needed) return message;
  const part = (message as unknown as Record<string, Record<string, unknown> | undefined>)[needed.name];
  if (!part) throw new ConversionError(`Expecting '${needed.name}' to be present`);
  fillLists(part, needed.lists);
  if (message.type === "REGISTER") requireUsable(message.register);
  else if (message.type === "REREGISTER") requireUsableReport(message.reregister);
  return message;
}

/** Protocol buffers know no difference between an empty list and none. */
function fillLists(message: object, names: readonly string[]): void {
  const fields = message as Record<string, unknown>;
  for (const name of names) fields[name] ??= [];
}

type Description = Extract<AgentToMaster, { type: "REGISTER" }>["register"];
type Report = Extract<AgentToMaster, { type: "REREGISTER" }>["reregister"];

function requireUsable({ agent_info: info, pid, total_resources: total = [] }: Description): void {
  if (!/^[^@\s]+@[^@\s]+:\d+$/.test(pid)) throw new ConversionError(`'${pid}' is not the PID of an agent`);
  for (const resources of [info.resources ?? [], total])
    require(resourcesProblem(resources, "The agent's resources: "));
}

function requireUsableReport(report: Report): void {
  requireUsable(report);
  if (!report.agent_info.id?.value) throw new ConversionError("Expecting 'agent_info.id' to be present");
  for (const task of report.tasks) {
    fillLists(task, ["resources", "statuses"]);
    require(resourcesProblem(task.resources, "A task's resources: "));
  }
  for (const { executor_info: info } of report.executors)
    require(resourcesProblem(info.resources ?? [], "An executor's resources: "));
}

function require(problem: string | undefined): void {
  if (problem !== undefined) throw new ConversionError(problem);
}
