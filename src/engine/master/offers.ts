// Offers: made of what the allocator gives, taken back, declined.
import { allocateTo } from "../../mesos/resources.ts";
import type { AgentInfo, Filters, Offer, Resource, Unavailability } from "../../mesos/types.ts";
import type { Allocation } from "../allocator/allocation.ts";
import { allocationsOf, type MasterContext } from "./context.ts";
import { forFramework } from "./resource-format.ts";
import { type Agent, type Framework, hasCapability, isActive, type OutstandingOffer } from "./state.ts";

/** Mesos's own default, and its upper bound: a year. */
const DEFAULT_REFUSE_SECONDS = 5;
const LONGEST_REFUSE_SECONDS = 365 * 24 * 3600;

/** Makes offers of allocations and sends them, one OFFERS event to a framework. */
export function makeOffers(master: MasterContext, allocations: readonly Allocation[]): void {
  const byFramework = new Map<Framework, Offer[]>();
  for (const allocation of allocations) {
    const framework = master.state.frameworks.get(allocation.frameworkId);
    const agent = master.state.agents.get(allocation.agentId);
    // Either may have gone since the allocation was asked for.
    if (framework?.state !== "active" || !agent || !isActive(agent)) {
      master.allocator.recover(allocation);
      continue;
    }
    const { offer } = addOffer(master, { framework, agent, allocation });
    const offers = byFramework.get(framework);
    if (offers) offers.push(offer);
    else byFramework.set(framework, [offer]);
  }
  for (const [framework, offers] of byFramework) {
    master.log.info(`Sending offers [ ${offers.map((o) => o.id.value).join(", ")} ] to framework ${framework.id}`);
    framework.stream?.send({ type: "OFFERS", offers: { offers } });
  }
}

/** Forgets an offer. Its resources remain allocated: they are used, or recovered by the caller. */
export function removeOffer(master: MasterContext, outstanding: OutstandingOffer): void {
  outstanding.timeout?.cancel();
  outstanding.framework.offers.delete(outstanding);
  outstanding.agent.offers.delete(outstanding);
  master.state.offers.delete(outstanding.id);
}

/** Takes an offer back and gives its resources to others; `rescind` tells the framework. */
export function discardOffer(
  master: MasterContext,
  outstanding: OutstandingOffer,
  options: { rescind: boolean; filters?: Filters | undefined },
): void {
  const { framework, agent, resources } = outstanding;
  removeOffer(master, outstanding);
  if (options.rescind) framework.stream?.send({ type: "RESCIND", rescind: { offer_id: { value: outstanding.id } } });
  recoverResources(master, { framework, agent, resources, filters: options.filters });
}

/** DECLINE: unknown offers are not worth a complaint. */
export function declineOffers(
  master: MasterContext,
  framework: Framework,
  declined: { ids: string[]; filters: Filters },
): void {
  master.counters.count("messages_decline_offers");
  for (const id of declined.ids) {
    const outstanding = master.state.offers.get(id);
    if (outstanding?.framework === framework)
      discardOffer(master, outstanding, { rescind: false, filters: declined.filters });
    else master.log.warning(`Ignoring decline of offer ${id} since it is no longer valid`);
  }
}

/**
 * Gives resources back. With `filters` the framework itself had them and does not want them for now; those that it would
 * take again at once (0 seconds) come to it with the next batch, and to others right away.
 */
export function recoverResources(
  master: MasterContext,
  recovered: { framework: Framework; agent: Agent; resources: readonly Resource[]; filters?: Filters | undefined },
): void {
  const { framework, agent, resources, filters } = recovered;
  for (const allocation of allocationsOf(framework, agent, resources)) {
    master.allocator.recover(allocation);
    if (filters) master.allocator.refuse(allocation, refusedUntil(master, filters));
  }
  if (isActive(agent)) master.runner.request(agent.id);
}

/** When an offer, or an inverse one, may be made again that was answered with these filters. */
export function refusedUntil(master: MasterContext, filters: Filters): number | "next-round" {
  const seconds = Math.min(filters.refuse_seconds ?? DEFAULT_REFUSE_SECONDS, LONGEST_REFUSE_SECONDS);
  if (!(seconds > 0)) return "next-round";
  return master.clock.nowMs() + Math.max(seconds * 1000, master.flags.allocation_interval);
}

function addOffer(
  master: MasterContext,
  parts: { framework: Framework; agent: Agent; allocation: Allocation },
): OutstandingOffer {
  const { framework, agent, allocation } = parts;
  const id = `${master.info.id}-O${master.state.nextOfferId++}`;
  const resources = offered(allocation);
  const { unavailability } = master.state.maintained.get(agent.id) ?? {};
  const offer = describeOffer({ id, framework, agent, role: allocation.role, resources, unavailability });
  const { role } = allocation;
  const outstanding: OutstandingOffer = { id, framework, agent, role, resources, offer, timeout: undefined };
  framework.offers.add(outstanding);
  agent.offers.add(outstanding);
  master.state.offers.set(id, outstanding);
  const timeoutMs = master.flags.offer_timeout;
  if (timeoutMs !== undefined)
    outstanding.timeout = master.clock.after(timeoutMs, () => discardOffer(master, outstanding, { rescind: true }));
  return outstanding;
}

/** Whoever is offered the same resources in the same role is offered the same objects: nothing changes them. */
const offeredBefore = new WeakMap<readonly Resource[], Map<string, Resource[]>>();

function offered({ resources, role }: Allocation): Resource[] {
  const byRole = offeredBefore.get(resources) ?? new Map<string, Resource[]>();
  offeredBefore.set(resources, byRole);
  const known = byRole.get(role) ?? allocateTo(role, inMesosOrder(resources));
  byRole.set(role, known);
  return known;
}

/** Mesos lists what is not a scalar first, and then what is reserved. */
const inMesosOrder = (resources: readonly Resource[]): Resource[] => {
  const scalars = resources.filter((resource) => resource.type === "SCALAR");
  return [
    ...resources.filter((resource) => resource.type !== "SCALAR"),
    ...scalars.filter((resource) => resource.reservations !== undefined),
    ...scalars.filter((resource) => resource.reservations === undefined),
  ];
};

function describeOffer(parts: {
  id: string;
  framework: Framework;
  agent: Agent;
  role: string;
  resources: Resource[];
  unavailability: Unavailability | undefined;
}): Offer {
  const { id, framework, agent, role, resources, unavailability } = parts;
  const executors = [...(agent.executors.get(framework.id)?.keys() ?? [])];
  return {
    id: { value: id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id },
    hostname: agent.info.hostname,
    url: agentUrl(agent),
    resources: forFramework(framework, resources),
    ...(agent.info.attributes && agent.info.attributes.length > 0 ? { attributes: agent.info.attributes } : {}),
    ...(executors.length > 0 ? { executor_ids: executors.map((value) => ({ value })) } : {}),
    ...(unavailability ? { unavailability } : {}),
    ...(hasCapability(framework, "MULTI_ROLE") ? { allocation_info: { role } } : {}),
  };
}

/** An agent is described anew whenever it registers, and is then another object. */
const urls = new WeakMap<AgentInfo, NonNullable<Offer["url"]>>();

/** From a pid such as `slave(1)@127.0.0.1:5051`. */
export function agentUrl({ pid, info }: Agent): NonNullable<Offer["url"]> {
  const known = urls.get(info);
  if (known) return known;
  const [name = "", address = ""] = pid.split("@");
  const colon = address.lastIndexOf(":");
  const url = {
    scheme: "http",
    address: { hostname: info.hostname, ip: address.slice(0, colon), port: Number(address.slice(colon + 1)) },
    path: `/${name}`,
  };
  urls.set(info, url);
  return url;
}
