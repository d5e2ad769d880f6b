// Agents as a master tells of them (GET_AGENTS, docs/operator-http-api.md).
import type { OperatorClient } from "../../client/operator.ts";
import { reservationRole } from "../../mesos/reservations.ts";
import { subtractResources } from "../../mesos/resources.ts";
import type { AgentInfo, Resource } from "../../mesos/types.ts";
import type { SeenAgent } from "../core/inputs.ts";

interface Answer {
  get_agents: {
    agents?: {
      agent_info: AgentInfo;
      active: boolean;
      total_resources?: Resource[];
      allocated_resources?: Resource[];
      offered_resources?: Resource[];
    }[];
  };
}

/** @throws MesosApiError, UnreachableError, the signal's reason */
export async function seenAgents(operator: OperatorClient, signal: AbortSignal): Promise<SeenAgent[]> {
  const { get_agents: answer } = await operator.call<Answer>("GET_AGENTS", {}, signal);
  return (answer.agents ?? []).flatMap(({ agent_info: info, active, ...resources }) => {
    const { id } = info;
    if (id === undefined) return [];
    const {
      total_resources: total = [],
      allocated_resources: allocated = [],
      offered_resources: offered = [],
    } = resources;
    const taken = [...allocated, ...offered].map(unallocated);
    const free = subtractResources(total.map(unallocated), taken).filter((one) => reservationRole(one) === undefined);
    return [{ info: { ...info, id }, free, active }];
  });
}

/** What is allocated says to which role; what there is does not. */
function unallocated(resource: Resource): Resource {
  const copy = { ...resource };
  delete copy.allocation_info;
  return copy;
}
