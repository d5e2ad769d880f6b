// Reservations and volumes by operator request (docs/reservation.md, docs/persistent-volume.md).
import { conversionsOf, mapResources, type ResourceOperation, resourcesNamed } from "../../mesos/operations.ts";
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { refined } from "../../mesos/reservations.ts";
import { allocateTo, containsResources, subtractResources } from "../../mesos/resources.ts";
import type { Resource, Value } from "../../mesos/types.ts";
import { type HttpAnswer, type HttpHandler, methodNotAllowed, text } from "../common/http.ts";
import { ConversionError, messageFromJson } from "../common/wire/from-json.ts";
import { parseArray } from "../common/wire/plain-body.ts";
import type { MasterContext } from "./context.ts";
import { describeAgent } from "./offered-operations.ts";
import { discardOffer } from "./offers.ts";
import { operationProblem } from "./operation-validation.ts";
import { applyOperation, tryOperation } from "./operations.ts";
import { formProblem } from "./resource-validation.ts";
import type { Agent } from "./state.ts";

const schema = new Schema(MESOS_MESSAGES);

export interface ResourceForm {
  /** The parameter with the resources. */
  name: "resources" | "volumes";
  unreadable: "Error parsing" | "Error in parsing";
  operation: (resources: Resource[]) => ResourceOperation;
}

const RESERVE: ResourceForm = {
  ...{ name: "resources", unreadable: "Error parsing" },
  operation: (resources) => ({ type: "RESERVE", reserve: { resources } }),
};
const UNRESERVE: ResourceForm = {
  ...{ name: "resources", unreadable: "Error in parsing" },
  operation: (resources) => ({ type: "UNRESERVE", unreserve: { resources } }),
};
const CREATE: ResourceForm = {
  ...{ name: "volumes", unreadable: "Error in parsing" },
  operation: (volumes) => ({ type: "CREATE", create: { volumes } }),
};
const DESTROY: ResourceForm = {
  ...{ name: "volumes", unreadable: "Error in parsing" },
  operation: (volumes) => ({ type: "DESTROY", destroy: { volumes } }),
};

/** By the path that takes such a form. */
export const RESOURCE_FORMS: Record<string, ResourceForm> = {
  "/reserve": RESERVE,
  "/unreserve": UNRESERVE,
  "/create-volumes": CREATE,
  "/destroy-volumes": DESTROY,
};

/** POST of a form with `slaveId` and resources as JSON. */
export function answerForm(master: MasterContext, { name, unreadable, operation }: ResourceForm): HttpHandler {
  return ({ method, body }) => {
    if (method !== "POST") return methodNotAllowed("POST", method);
    const undecodable = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(body.toString("utf8").replace(/^.*?=/, ""));
    if (undecodable) {
      const [escape] = undecodable;
      return text(400, `Unable to decode query string: Malformed % escape in '${escape}': '${escape}'`);
    }
    const form = new URLSearchParams(body.toString("utf8"));
    const id = form.get("slaveId");
    const resources = form.get(name);
    const missing = id === null ? "slaveId" : resources === null ? name : undefined;
    if (missing !== undefined) return text(400, `Missing '${missing}' query parameter in the request body`);
    const parsed = parseResources(resources ?? "");
    if ("problem" in parsed)
      return text(400, `${unreadable} '${name}' query parameter in the request body: ${parsed.problem}`);
    const agent = master.state.agents.get(id ?? "");
    if (!agent) return text(400, "No agent found with specified ID");
    const malformed = formProblem(parsed.value);
    return malformed === undefined ? change(master, agent, operation(parsed.value)) : text(400, malformed);
  };
}

function parseResources(json: string): { value: Resource[] } | { problem: string } {
  const parsed = parseArray(json);
  if ("problem" in parsed) return parsed;
  try {
    return { value: parsed.value.map((one) => messageFromJson(schema, "Resource", one) as Resource) };
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return { problem: error.message };
  }
}

/** The parts of the v1 calls; their names are those of the calls in small letters. */
export interface ResourceRequests {
  reserve_resources: { agent_id: Value<string>; source?: Resource[]; resources?: Resource[] };
  unreserve_resources: { agent_id: Value<string>; resources?: Resource[] };
  create_volumes: { agent_id: Value<string>; volumes?: Resource[] };
  destroy_volumes: { agent_id: Value<string>; volumes?: Resource[] };
  grow_volume: { agent_id?: Value<string>; volume: Resource; addition: Resource };
  shrink_volume: { agent_id?: Value<string>; volume: Resource; subtract: Value<number> };
}

type Operations = { [N in keyof ResourceRequests]: (part: ResourceRequests[N]) => ResourceOperation };
const OPERATIONS: Operations = {
  reserve_resources: ({ source = [], resources = [] }) => ({ type: "RESERVE", reserve: { source, resources } }),
  unreserve_resources: ({ resources = [] }) => UNRESERVE.operation(resources),
  create_volumes: ({ volumes = [] }) => CREATE.operation(volumes),
  destroy_volumes: ({ volumes = [] }) => DESTROY.operation(volumes),
  grow_volume: ({ volume, addition }) => ({ type: "GROW_VOLUME", grow_volume: { volume, addition } }),
  shrink_volume: ({ volume, subtract }) => ({ type: "SHRINK_VOLUME", shrink_volume: { volume, subtract } }),
};

/** RESERVE_RESOURCES and its kin. */
export function changeResources<N extends keyof ResourceRequests>(
  name: N,
): (master: MasterContext, part: ResourceRequests[N]) => HttpAnswer {
  return (master, part) => {
    const operation = OPERATIONS[name](part);
    const malformed = formProblem(resourcesNamed(operation)) ?? (part.agent_id ? undefined : NO_AGENT);
    if (malformed !== undefined) return text(400, `Failed to validate master::Call: ${malformed}`);
    const agent = master.state.agents.get(part.agent_id?.value ?? "");
    return agent ? change(master, agent, operation) : text(400, "No agent found with specified ID");
  };
}

const NO_AGENT = "Expecting 'agent_id' to be present; only agent default resources are supported right now";

/** Mesos names the agent where it refuses what is new on it. */
const NAMES_AGENT: readonly string[] = ["RESERVE", "CREATE", "GROW_VOLUME", "SHRINK_VOLUME"];

function change(master: MasterContext, agent: Agent, given: ResourceOperation): HttpAnswer {
  const operation = mapResources(given, refined);
  const problem = operationProblem(operation, { agent });
  if (problem !== undefined) {
    const where = NAMES_AGENT.includes(operation.type) ? ` on agent ${describeAgent(agent)}` : "";
    return text(400, `Invalid ${operation.type} operation${where}: ${problem}`);
  }
  rescindFor(master, agent, operation);
  const tried = tryOperation(freeOn(agent), operation);
  if ("problem" in tried) return text(409, tried.problem);
  applyOperation(master, agent, { operation });
  master.runner.request(agent.id);
  return { status: 202 };
}

/** What is neither used nor offered. */
function freeOn(agent: Agent): Resource[] {
  const used = [...agent.used.values()].flat();
  const offered = [...agent.offers].flatMap((offer) => offer.resources);
  return subtractResources(agent.totalResources, allocateTo(undefined, [...used, ...offered]));
}

/** Takes back offers, one after the other, as far as the operation needs what is in them. */
function rescindFor(master: MasterContext, agent: Agent, operation: ResourceOperation): void {
  const needed = conversionsOf(operation).flatMap(({ consumed }) => consumed);
  for (const offer of [...agent.offers]) {
    const free = freeOn(agent);
    if (containsResources(free, needed)) return;
    const offered = allocateTo(undefined, offer.resources);
    if (needed.some((one) => overlaps(one, offered))) discardOffer(master, offer, { rescind: true });
  }
}

/** Whether some of a resource is among others. */
function overlaps(resource: Resource, others: readonly Resource[]): boolean {
  const [left] = subtractResources([resource], others);
  return JSON.stringify(left) !== JSON.stringify(subtractResources([resource], [])[0]);
}
