// Agents, frameworks and executors as the v1 operator API shows them (include/mesos/v1/master/master.proto).
import type { InverseOffer, Resource } from "../../mesos/types.ts";
import type { MasterContext } from "./context.ts";
import { inverseOffersOf } from "./inverse-offers.ts";
import { withRole } from "./resource-format.ts";
import { addResources } from "../../mesos/resources.ts";
import { type Agent, type Framework, isActive, isConnected } from "./state.ts";

type Model = Record<string, unknown>;

/** `event`: as in FRAMEWORK_ADDED, which has neither resources nor constraints but all three times. */
export function frameworkModel(framework: Framework, as: "listed" | "event", resources?: FrameworkResources): Model {
  const { info, registeredMs, reregisteredMs, unregisteredMs } = framework;
  const connected = isConnected(framework);
  return {
    // Mesos writes these two out whether or not the framework did.
    framework_info: { ...info, failover_timeout: info.failover_timeout ?? 0, checkpoint: info.checkpoint ?? false },
    ...{ active: connected, connected, recovered: framework.state === "recovered" },
    registered_time: time(registeredMs),
    reregistered_time: time(reregisteredMs ?? registeredMs),
    ...(as === "event" || unregisteredMs !== undefined ? { unregistered_time: time(unregisteredMs ?? 0) } : {}),
    ...(as === "listed" ? { offer_constraints: framework.constraints } : {}),
    ...unlessEmpty("allocated_resources", resources?.allocated),
    ...unlessEmpty("offered_resources", resources?.offered),
    ...unlessEmpty("inverse_offers", resources?.inverseOffers),
  };
}

export interface FrameworkResources {
  allocated: Resource[];
  offered: Resource[];
  /** That it has not answered. */
  inverseOffers: InverseOffer[];
}

/** What a framework holds by tasks and executors, and what it is offered, over all agents. */
export function resourcesOf(master: MasterContext, framework: Framework): FrameworkResources {
  const used = [...master.state.agents.values()].flatMap((agent) => agent.used.get(framework.id) ?? []);
  const offered = [...framework.offers].flatMap((offer) => offer.resources);
  return {
    allocated: withRole(addResources(used, [])),
    offered: withRole(addResources(offered, [])),
    inverseOffers: inverseOffersOf(master, framework),
  };
}

export function agentModel(_master: MasterContext, agent: Agent): Model {
  const used = addResources([...agent.used.values()].flat(), []);
  const offered = addResources(
    [...agent.offers].flatMap((offer) => offer.resources),
    [],
  );
  return {
    agent_info: agent.info,
    ...{ active: isActive(agent), deactivated: agent.deactivated, version: agent.version, pid: agent.pid },
    registered_time: time(agent.registeredMs),
    ...(agent.reregisteredMs === undefined ? {} : { reregistered_time: time(agent.reregisteredMs) }),
    total_resources: withRole(agent.totalResources),
    ...unlessEmpty("allocated_resources", withRole(used)),
    ...unlessEmpty("offered_resources", withRole(offered)),
    capabilities: agent.capabilities.map((type) => ({ type })),
    ...(agent.drain ? { drain_info: agent.drain } : {}),
    ...(agent.drainStartMs === undefined ? {} : { estimated_drain_start_time: time(agent.drainStartMs) }),
  };
}

export function executorModels(master: MasterContext): Model[] {
  return [...master.state.agents.values()].flatMap((agent) =>
    [...agent.executors.values()]
      .flatMap((executors) => [...executors.values()])
      .map((executor_info) => ({ executor_info, agent_id: { value: agent.id } })),
  );
}

/** TimeInfo. */
export const time = (ms: number): { nanoseconds: number } => ({ nanoseconds: Math.round(ms * 1e6) });

function unlessEmpty(name: string, items: readonly object[] | undefined): Model {
  return items && items.length > 0 ? { [name]: items } : {};
}
