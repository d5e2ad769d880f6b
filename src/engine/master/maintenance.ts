// Maintenance of machines by operator request (docs/maintenance.md): scheduled, taken down, and brought up again. The older
// endpoints and the v1 calls do the same.
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { OPERATOR_CALLS } from "../../mesos/protobuf/operator-calls.ts";
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import { ConversionError, messageFromJson } from "../common/wire/from-json.ts";
import { parseArray, parseObject } from "../common/wire/plain-body.ts";
import { activate, deactivate, takeDown } from "./agents.ts";
import type { MasterContext } from "./context.ts";
import { adoptPlan, machineOf } from "./inverse-offers.ts";
import type { MachineId, MaintenancePlan, Schedule } from "./maintenance-plan.ts";

const schema = new Schema(MESOS_MESSAGES, OPERATOR_CALLS);

/** GET /maintenance/status */
export function answerStatus(master: MasterContext, request: HttpRequest): HttpAnswer {
  if (request.method !== "GET") return methodNotAllowed("GET", request.method);
  return json(maintenanceStatus(master), request.query.get("jsonp"));
}

/** GET and POST /maintenance/schedule */
export async function answerSchedule(master: MasterContext, request: HttpRequest): Promise<HttpAnswer> {
  if (request.method === "GET") return json(master.state.maintenance.schedule, request.query.get("jsonp"));
  if (request.method !== "POST") return methodNotAllowed("GET, POST", request.method);
  const parsed = parseObject(request.body.toString("utf8"));
  if ("problem" in parsed) return text(400, parsed.problem);
  return converted(
    () => messageFromJson(schema, "maintenance.Schedule", parsed.value) as Schedule,
    (schedule) => updateSchedule(master, schedule),
  );
}

/** POST /machine/down and /machine/up */
export async function answerMachines(
  master: MasterContext,
  request: HttpRequest,
  change: typeof startMaintenance,
): Promise<HttpAnswer> {
  if (request.method !== "POST") return methodNotAllowed("POST", request.method);
  const parsed = parseArray(request.body.toString("utf8"));
  if ("problem" in parsed) return text(400, parsed.problem);
  return converted(
    () => parsed.value.map((id) => messageFromJson(schema, "MachineID", id) as MachineId),
    (ids) => change(master, ids),
  );
}

async function converted<Asked>(read: () => Asked, act: (asked: Asked) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  let asked: Asked;
  try {
    asked = read();
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return text(400, error.message);
  }
  return act(asked);
}

/** The schedule from now on. What is offered anywhere is offered anew, with the new times. */
export async function updateSchedule(master: MasterContext, schedule: Schedule): Promise<HttpAnswer> {
  const { maintenance } = master.state;
  const problem = maintenance.scheduleProblem(schedule);
  if (problem !== undefined) return text(400, problem);
  await adopt(master, maintenance.withSchedule(schedule));
  for (const agent of master.state.agents.values()) {
    deactivate(master, agent);
    adoptPlan(master, agent);
    activate(master, agent);
  }
  return { status: 200 };
}

/** The machines are down: their agents are told to end, and cannot come back until they are up. */
export async function startMaintenance(master: MasterContext, ids: readonly MachineId[]): Promise<HttpAnswer> {
  const problem = master.state.maintenance.changeProblem(ids, "down");
  if (problem !== undefined) return text(400, problem);
  await adopt(master, master.state.maintenance.withDown(ids));
  for (const agent of [...master.state.agents.values()])
    if (master.state.maintenance.find(machineOf(agent))?.isDown) await takeDown(master, agent);
  return { status: 200 };
}

/** The machines are up again, and not in the schedule any more. */
export async function stopMaintenance(master: MasterContext, ids: readonly MachineId[]): Promise<HttpAnswer> {
  const problem = master.state.maintenance.changeProblem(ids, "up");
  if (problem !== undefined) return text(400, problem);
  await adopt(master, master.state.maintenance.without(ids));
  return { status: 200 };
}

/** Machines that drain, with the answers of frameworks to inverse offers, and machines that are down. */
export function maintenanceStatus({ state }: MasterContext): object {
  const machines = [...state.maintenance.machines];
  const draining = machines.filter(({ isDown }) => !isDown);
  const answersOn = (id: MachineId): unknown[] => {
    const agents = [...state.agents.values()].filter((agent) => state.maintenance.find(machineOf(agent))?.id === id);
    return agents.flatMap((agent) => [...(state.maintained.get(agent.id)?.answers.values() ?? [])]);
  };
  const drainingMachines = draining.map(({ id }) => {
    const statuses = answersOn(id);
    return { id, ...(statuses.length > 0 ? { statuses } : {}) };
  });
  const { down } = state.maintenance;
  return {
    ...(drainingMachines.length > 0 ? { draining_machines: drainingMachines } : {}),
    ...(down.length > 0 ? { down_machines: down } : {}),
  };
}

async function adopt(master: MasterContext, plan: MaintenancePlan): Promise<void> {
  master.state.maintenance = plan;
  const { schedule, down } = plan;
  await master.registrar.apply((registry) => (registry.maintenance = { schedule, down }));
}
