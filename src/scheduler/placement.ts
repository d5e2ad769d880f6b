// Where a task was put: known as soon as an offer is chosen, and kept across runs.
import { agentName } from "./match-offers.ts";
import type { Match } from "./match-offers.ts";

export interface Placement {
  taskId: string;
  offerId: string;
  agentId: string;
  /** host:port of the agent, or its hostname alone: for people. */
  agent: string;
  /** Address of the agent's machine, where the host ports are. */
  address: string;
  /** http://host:port of the agent itself; absent if its offer does not say. */
  agentUrl?: string;
  /** One for each of the app's ports, in their order. */
  hostPorts: number[];
}

export function placementOf(match: Match, taskId: string): Placement {
  const { offer, hostPorts } = match;
  const { url } = offer;
  const address = url?.address.ip ?? url?.address.hostname ?? offer.hostname;
  return {
    taskId,
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    agent: agentName(offer),
    address,
    ...(url && { agentUrl: `${url.scheme}://${address}:${url.address.port}` }),
    hostPorts,
  };
}
