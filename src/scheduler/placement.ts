// Where a task was put: known as soon as an offer is chosen, and kept across runs.
import { reachableHost } from "../mesos/reachable-host.ts";
import type { Offer } from "../mesos/types.ts";
import { attributeText } from "./constraints.ts";

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
  /** Of the agent, `hostname` among them: what instances are spread by. */
  attributes?: Record<string, string>;
}

export function placementOf({ offer, hostPorts }: { offer: Offer; hostPorts: number[] }, taskId: string): Placement {
  const { url } = offer;
  const address = reachableHost(url?.address.ip, url?.address.hostname ?? offer.hostname) ?? offer.hostname;
  const names = ["hostname", ...(offer.attributes ?? []).map(({ name }) => name)];
  return {
    taskId,
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    agent: agentName(offer),
    address,
    ...(url && { agentUrl: `${url.scheme}://${address}:${url.address.port}` }),
    hostPorts,
    attributes: Object.fromEntries(names.map((name) => [name, attributeText(offer, name) ?? ""])),
  };
}

/** How people call the agent of an offer. */
export function agentName(offer: Offer): string {
  const port = offer.url?.address.port;
  return port === undefined ? offer.hostname : `${offer.hostname}:${port}`;
}
