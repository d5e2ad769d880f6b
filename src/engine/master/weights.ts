// Weights of roles: how much more than others a role is given (docs/weights.md). /weights, GET_WEIGHTS, UPDATE_WEIGHTS.
import { Schema } from "../../mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../mesos/protobuf/mesos-messages.ts";
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import { ConversionError, messageFromJson } from "../common/wire/from-json.ts";
import { parseArray } from "../common/wire/plain-body.ts";
import type { MasterContext } from "./context.ts";
import { roleProblem } from "./framework-validation.ts";
import { discardOffer } from "./offers.ts";
import { rolesOf } from "./state.ts";

export interface WeightInfo {
  role?: string;
  weight: number;
}

const schema = new Schema(MESOS_MESSAGES);

/** GET and PUT /weights, of a master that leads. */
export async function answerWeights(master: MasterContext, request: HttpRequest): Promise<HttpAnswer> {
  if (request.method === "GET") return json(listWeights(master), request.query.get("jsonp"));
  if (request.method !== "PUT") return methodNotAllowed("GET, PUT", request.method);
  const body = request.body.toString("utf8");
  const parsed = parseArray(body);
  if ("problem" in parsed) return text(400, `Failed to parse update weights request JSON '${body}': ${parsed.problem}`);
  try {
    const infos = parsed.value.map((info) => messageFromJson(schema, "WeightInfo", info) as WeightInfo);
    return await updateWeights(master, infos);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return text(400, `Failed to convert weights JSON array to protobuf '${body}': ${error.message}`);
  }
}

export function listWeights(master: MasterContext): Required<WeightInfo>[] {
  return [...master.allocator.weights].map(([role, weight]) => ({ role, weight }));
}

/** Sets all of these weights or none of them. They hold from the next allocation on, and for the leaders to come. */
export async function updateWeights(master: MasterContext, infos: readonly WeightInfo[]): Promise<HttpAnswer> {
  const problem = weightsProblem(infos);
  if (problem !== undefined) return text(400, problem);
  await master.registrar.apply((registry) => {
    for (const { role = "", weight } of infos) registry.weights.set(role, weight);
  });
  for (const { role = "", weight } of infos) master.allocator.setWeight(role, weight);
  if (infos.some(({ role = "" }) => hasFrameworks(master, role))) rescindAll(master);
  master.runner.requestAll();
  return { status: 200 };
}

function weightsProblem(infos: readonly WeightInfo[]): string | undefined {
  const failed = "Failed to validate update weights request JSON";
  for (const { role = "", weight } of infos) {
    const problem = roleProblem(role);
    if (problem !== undefined) return `${failed}: Invalid role '${role}': ${problem}`;
    if (!(weight > 0)) return `${failed} for role '${role}': Invalid weight '${weight}': Weights must be positive`;
  }
  return undefined;
}

const hasFrameworks = (master: MasterContext, role: string): boolean =>
  [...master.state.frameworks.values()].some(({ info }) => rolesOf(info).includes(role));

/** What is offered is shared out anew, so that the weights are felt at once. */
function rescindAll(master: MasterContext): void {
  for (const offer of [...master.state.offers.values()]) discardOffer(master, offer, { rescind: true });
}
