// Reservations and volumes by operator request (docs/reservation.md, docs/persistent-volume.md): not kept by this engine. Requests
// are checked as Mesos checks them, and those that it would try to fulfil are refused.
import { type HttpAnswer, type HttpHandler, methodNotAllowed, text } from "../common/http.ts";
import { parseArray } from "../common/wire/plain-body.ts";
import type { MasterContext } from "./context.ts";

/** POST /reserve, /unreserve, /create-volumes and /destroy-volumes; `content` is the parameter with the resources. */
export function answerForm(
  master: MasterContext,
  content: { name: "resources" | "volumes"; unreadable: "Error parsing" | "Error in parsing" },
): HttpHandler {
  return ({ method, body }) => {
    if (method !== "POST") return methodNotAllowed("POST", method);
    const form = new URLSearchParams(body.toString("utf8"));
    const id = form.get("slaveId");
    const resources = form.get(content.name);
    const missing = id === null ? "slaveId" : resources === null ? content.name : undefined;
    if (missing !== undefined) return text(400, `Missing '${missing}' query parameter in the request body`);
    const parsed = parseArray(resources ?? "");
    if ("problem" in parsed)
      return text(
        400,
        `${content.unreadable} '${content.name}' query parameter in the request body: ${parsed.problem}`,
      );
    return changeResources(master, { agent_id: { value: id ?? "" } });
  };
}

/** What the agent has in total cannot be changed. An agent is not named where resource providers have the resources. */
export function changeResources(master: MasterContext, part: { agent_id?: { value: string } }): HttpAnswer {
  if (part.agent_id && !master.state.agents.has(part.agent_id.value))
    return text(400, "No agent found with specified ID");
  return text(501, "Reservations and persistent volumes are not supported");
}
