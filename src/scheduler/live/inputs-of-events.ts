// What the events of a subscription are to the core.
import type { SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { Input } from "../core/inputs.ts";

/** Undefined for events that nothing is decided by. */
export function inputOf(event: SchedulerEvent): Input | undefined {
  switch (event.type) {
    case "SUBSCRIBED":
      return { type: "subscribed", frameworkId: event.subscribed.framework_id.value };
    case "OFFERS":
      return { type: "offers", offers: event.offers.offers };
    case "INVERSE_OFFERS":
      return { type: "inverse-offers", offers: event.inverse_offers.inverse_offers };
    case "UPDATE":
      return { type: "update", status: event.update.status };
    case "RESCIND":
      return { type: "rescind", offerId: event.rescind.offer_id.value };
    case "FAILURE": {
      const { agent_id: agent, executor_id: executor } = event.failure;
      return agent !== undefined && executor === undefined ? { type: "agent-failed", agentId: agent.value } : undefined;
    }
    default:
      return undefined;
  }
}
