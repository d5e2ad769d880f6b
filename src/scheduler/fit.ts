// Whether an app that nobody has launched would find a place: `why` of an app file. No framework is registered for it; what
// operators may ask for (GET_AGENTS, docs/operator-http-api.md) says what each agent has left.
import type { HttpClient } from "../client/http.ts";
import { OperatorClient } from "../client/operator.ts";
import { reachableHost } from "../mesos/reachable-host.ts";
import { allocateTo, subtractResources } from "../mesos/resources.ts";
import type { Attribute, Offer, Resource } from "../mesos/types.ts";
import type { AppSpec } from "./app-spec.ts";
import { mismatchesOf, whyView } from "./core/why.ts";
import type { WhyView } from "./core/why.ts";
import { restoreState } from "./core/state.ts";
import { usable } from "./take-resources.ts";

interface AgentAnswer {
  agent_info: { id?: { value: string }; hostname: string; port?: number; attributes?: Attribute[] };
  active: boolean;
  /** "slave(1)@127.0.0.1:5051" */
  pid: string;
  total_resources?: Resource[];
  allocated_resources?: Resource[];
}

/**
 * What `why` would say of the app's first instance if all that is free were offered now.
 * @throws MesosApiError, UnreachableError, the signal's reason
 */
export async function fitOf(
  spec: AppSpec,
  { http, master, signal }: { http: HttpClient; master: string; signal: AbortSignal },
): Promise<WhyView> {
  const answer = await new OperatorClient(http, master).call<{ get_agents?: { agents?: AgentAnswer[] } }>(
    "GET_AGENTS",
    {},
    signal,
  );
  const agents = answer.get_agents?.agents ?? [];
  const nowMs = Date.now();
  const state = restoreState({ user: "", name: spec.name }, storedAs(spec, nowMs));
  state.subscribed = true;
  for (const agent of agents) {
    const offer = offerOf(agent, spec.role);
    const left = usable(offer.resources ?? []);
    const away = agent.active ? {} : { away: "it is not active: the master does not hear of it" };
    state.agents.set(offer.agent_id.value, { offer, left, seenMs: nowMs, ...away });
  }
  const view = whyView(state, spec.name, nowMs);
  if (view === undefined) throw new Error("An app is unknown that was just made known.");
  const misses = mismatchesOf(state, spec.name, nowMs).length;
  const count = `${agents.length} agent${agents.length === 1 ? "" : "s"}`;
  const fits = agents.length - misses;
  const does = fits === 0 ? `none of ${count} does` : `${fits} of ${count} would do for an instance`;
  return { ...view, summary: `${spec.name} is not launched here: ${does}.`, waiting: [] };
}

/** As if one instance waited. */
function storedAs(spec: AppSpec, nowMs: number) {
  const id = `${spec.name}.1`;
  const instance = { id, app: spec.name, ordinal: 1, state: "waiting", sinceMs: nowMs, version: 1, restarts: 0 };
  return {
    [`app/${spec.name}`]: { name: spec.name, spec, version: 1, lastVersion: 1, instances: spec.instances },
    [`instance/${id}`]: { ...instance, failuresMs: [], backoffs: 0 },
  };
}

/** What the agent could offer in that role: what is free and either nobody's or the role's own. */
function offerOf({ agent_info: info, pid, ...agent }: AgentAnswer, role: string): Offer {
  const total = allocateTo(undefined, agent.total_resources ?? []);
  const free = subtractResources(total, allocateTo(undefined, agent.allocated_resources ?? []));
  const [ip, port] = splitAddress(pid.slice(pid.indexOf("@") + 1));
  return {
    id: { value: "" },
    framework_id: { value: "" },
    agent_id: info.id ?? { value: pid },
    hostname: info.hostname,
    url: { scheme: "http", address: { hostname: reachableHost(ip, info.hostname) ?? info.hostname, ip, port } },
    resources: free.filter((resource) => [undefined, "*", role].includes(ownerOf(resource))),
    attributes: info.attributes ?? [],
    allocation_info: { role },
  };
}

/** The role that a resource is reserved for. */
function ownerOf({ reservations, role }: Resource): string | undefined {
  return (reservations?.at(-1) as { role?: string } | undefined)?.role ?? role;
}

function splitAddress(text: string): [string, number] {
  const at = text.lastIndexOf(":");
  return [text.slice(0, at), Number(text.slice(at + 1))];
}
