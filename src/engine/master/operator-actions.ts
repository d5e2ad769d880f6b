// The v1 operator calls that change something (docs/operator-http-api.md).
import { type HttpAnswer, text } from "../common/http.ts";
import { markAbsentGone, markGone } from "./agents.ts";
import type { MasterContext } from "./context.ts";
import { deactivateAgent, drainAgent, isKnown, reactivateAgent } from "./drain.ts";
import { removeFramework } from "./frameworks.ts";
import { startMaintenance, stopMaintenance, updateSchedule } from "./maintenance.ts";
import type { MachineId, Schedule } from "./maintenance-plan.ts";
import { type QuotaRequest, setQuota, updateQuota } from "./quota.ts";
import { changeResources, type ResourceRequests } from "./reservation-requests.ts";
import { updateWeights, type WeightInfo } from "./weights.ts";

interface AgentPart {
  agent_id: { value: string };
}
interface ActionParts extends ResourceRequests {
  teardown: { framework_id: { value: string } };
  drain_agent: AgentPart & { max_grace_period?: { seconds?: number; nanos?: number }; mark_gone?: boolean };
  deactivate_agent: AgentPart;
  reactivate_agent: AgentPart;
  mark_agent_gone: AgentPart;
  update_weights: { weight_infos?: WeightInfo[] };
  update_quota: { quota_configs?: { limits?: object; guarantees?: object }[] };
  set_quota: { quota_request: QuotaRequest };
  remove_quota: { role: string };
  update_maintenance_schedule: { schedule: Schedule };
  start_maintenance: { machines?: MachineId[] };
  stop_maintenance: { machines?: MachineId[] };
}

export type OperatorAction = Partial<ActionParts>;
type Name = keyof ActionParts;
type Actions = { [N in Name]: (master: MasterContext, part: ActionParts[N]) => HttpAnswer | Promise<HttpAnswer> };

/** By the name of the call's part, which is the name of the call in small letters. */
const ACTIONS: Actions = {
  teardown: (master, { framework_id: id }) => {
    const framework = master.state.frameworks.get(id.value);
    if (!framework) return text(400, "No framework found with specified ID");
    removeFramework(master, framework);
    return { status: 200 };
  },
  drain_agent: (master, part) => {
    const { max_grace_period: period, mark_gone = false } = part;
    const config = { ...(period ? { max_grace_period: durationInfo(period) } : {}), mark_gone };
    return onKnown(master, part, (id) => drainAgent(master, id, config));
  },
  deactivate_agent: (master, part) => onKnown(master, part, (id) => deactivateAgent(master, id)),
  reactivate_agent: async (master, { agent_id: { value: id } }) => {
    const problem = await reactivateAgent(master, id);
    return problem === undefined ? { status: 200 } : text(400, problem);
  },
  mark_agent_gone: (master, { agent_id: { value: id } }) => {
    const { agents, recoveredAgents, unreachableAgents, goneAgents } = master.state;
    const agent = agents.get(id);
    if (agent) return markGone(master, agent).then(() => ({ status: 200 }));
    if (recoveredAgents.has(id) || unreachableAgents.has(id))
      return markAbsentGone(master, id).then(() => ({ status: 200 }));
    return goneAgents.has(id) ? { status: 200 } : text(404, `Agent '${id}' not found`);
  },
  update_weights: (master, { weight_infos: infos = [] }) => updateWeights(master, infos),
  reserve_resources: changeResources("reserve_resources"),
  unreserve_resources: changeResources("unreserve_resources"),
  create_volumes: changeResources("create_volumes"),
  destroy_volumes: changeResources("destroy_volumes"),
  grow_volume: changeResources("grow_volume"),
  shrink_volume: changeResources("shrink_volume"),
  update_quota: (_, { quota_configs: configs = [] }) => updateQuota(configs),
  set_quota: (_, { quota_request: request }) => setQuota(request),
  remove_quota: (_, { role }) => text(400, `Failed to remove quota: Role '${role}' has no quota set`),
  update_maintenance_schedule: (master, { schedule }) => updateSchedule(master, schedule),
  start_maintenance: (master, { machines = [] }) => startMaintenance(master, machines),
  stop_maintenance: (master, { machines = [] }) => stopMaintenance(master, machines),
};

/** The part that a call of that type must have, undefined if it needs none or is none that changes something. */
export function actionPart(type: string): Name | undefined {
  const name = type.toLowerCase();
  return Object.hasOwn(ACTIONS, name) ? (name as Name) : undefined;
}

/** Does what the part of that name says; undefined if the call has no such part. */
export async function act(master: MasterContext, name: Name, call: OperatorAction): Promise<HttpAnswer | undefined> {
  const part = call[name];
  return part && (ACTIONS[name] as (master: MasterContext, given: typeof part) => Promise<HttpAnswer>)(master, part);
}

const durationInfo = ({ seconds = 0, nanos = 0 }: { seconds?: number; nanos?: number }) => ({
  nanoseconds: seconds * 1e9 + nanos,
});

async function onKnown(
  master: MasterContext,
  { agent_id: { value: id } }: AgentPart,
  action: (id: string) => Promise<void>,
): Promise<HttpAnswer> {
  if (!isKnown(master, id)) return text(400, "Unknown agent");
  await action(id);
  return { status: 200 };
}
