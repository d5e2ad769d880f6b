// Maintenance of machines (docs/maintenance.md): no schedule is kept here, so that what is asked about one is answered as a
// Mesos without a schedule does, and one that names machines is refused. Agents are drained and deactivated instead.
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import { parseArray, parseObject } from "../common/wire/plain-body.ts";

export interface Schedule {
  windows?: { machine_ids?: object[] }[];
}

/** GET /maintenance/status */
export function answerStatus(request: HttpRequest): HttpAnswer {
  if (request.method !== "GET") return methodNotAllowed("GET", request.method);
  return json({}, request.query.get("jsonp"));
}

/** GET and POST /maintenance/schedule */
export function answerSchedule(request: HttpRequest): HttpAnswer {
  if (request.method === "GET") return json({}, request.query.get("jsonp"));
  if (request.method !== "POST") return methodNotAllowed("GET, POST", request.method);
  const parsed = parseObject(request.body.toString("utf8"));
  return "problem" in parsed ? text(400, parsed.problem) : updateSchedule(parsed.value);
}

/** POST /machine/down and /machine/up */
export function answerMachines(request: HttpRequest): HttpAnswer {
  if (request.method !== "POST") return methodNotAllowed("POST", request.method);
  const parsed = parseArray(request.body.toString("utf8"));
  return "problem" in parsed ? text(400, parsed.problem) : changeMachines(parsed.value);
}

export function updateSchedule({ windows = [] }: Schedule): HttpAnswer {
  if (windows.length === 0) return { status: 200 };
  if (windows.some(({ machine_ids: machines = [] }) => machines.length === 0))
    return text(400, "List of machines in the maintenance window is empty");
  return text(501, "Maintenance schedules are not supported: drain or deactivate agents instead");
}

export function changeMachines(machines: readonly unknown[]): HttpAnswer {
  const [first] = machines;
  if (first === undefined) return text(400, "List of machines is empty");
  return text(400, `Machine '${JSON.stringify(first)}' is not part of a maintenance schedule`);
}
