// Quota (docs/quota.md): none is kept here, so that what is asked about it is answered as a Mesos without quota does, and
// one that is to be set is refused.
import { type HttpAnswer, type HttpRequest, json, methodNotAllowed, text } from "../common/http.ts";
import { parseObject } from "../common/wire/plain-body.ts";
import { roleProblem } from "./framework-validation.ts";

export interface QuotaRequest {
  role?: string;
  guarantee?: unknown[];
}

/** GET and POST /quota, DELETE /quota/ROLE */
export function answerQuota(request: HttpRequest): HttpAnswer {
  const { method, path } = request;
  if (method === "GET") return json({}, request.query.get("jsonp"));
  if (method === "DELETE") {
    const role = path.slice(path.lastIndexOf("/") + 1);
    return text(400, `Failed to remove quota for path '/master/quota/${role}': Role '${role}' has no quota set`);
  }
  if (method !== "POST") return methodNotAllowed("GET, POST, DELETE", method);
  const body = request.body.toString("utf8");
  const parsed = parseObject(body);
  if ("problem" in parsed) return text(400, `Failed to parse set quota request JSON '${body}': ${parsed.problem}`);
  return setQuota(parsed.value);
}

export function setQuota({ role = "", guarantee = [] }: QuotaRequest): HttpAnswer {
  const invalid = roleProblem(role);
  const problem =
    invalid === undefined ? (guarantee.length === 0 ? "empty 'guarantee'" : undefined) : `invalid role: ${invalid}`;
  if (problem !== undefined) return text(400, `Failed to validate set quota request: QuotaInfo with ${problem}`);
  return text(501, NOT_SUPPORTED);
}

/** UPDATE_QUOTA: a role without guarantees and limits is one without quota, which every role is. */
export function updateQuota(configs: readonly { limits?: object; guarantees?: object }[]): HttpAnswer {
  const isSet = configs.some(
    ({ limits = {}, guarantees = {} }) => Object.keys({ ...limits, ...guarantees }).length > 0,
  );
  return isSet ? text(501, NOT_SUPPORTED) : { status: 200 };
}

const NOT_SUPPORTED = "Quota is not supported: use weights to share resources among roles";
