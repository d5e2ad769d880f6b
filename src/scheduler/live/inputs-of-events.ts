// What the events of a subscription are to the core.
import type { SchedulerEvent } from "../../mesos/scheduler-api.ts";
import type { Input } from "../core/inputs.ts";
import type { ToldMaster } from "./subscriptions.ts";

/** Undefined for events that nothing is decided by. `told` is what the last SUBSCRIBE said. */
export function inputOf(event: SchedulerEvent, told: ToldMaster = {}): Input | undefined {
  switch (event.type) {
    case "SUBSCRIBED":
      return {
        type: "subscribed",
        frameworkId: event.subscribed.framework_id.value,
        masterVersion: event.subscribed.master_info?.version,
        ...told,
      };
    case "OFFERS":
      return { type: "offers", offers: event.offers.offers };
    case "INVERSE_OFFERS":
      return { type: "inverse-offers", offers: event.inverse_offers.inverse_offers };
    case "UPDATE":
      return { type: "update", status: event.update.status };
    case "RESCIND":
      return { type: "rescind", offerId: event.rescind.offer_id.value };
    case "RESCIND_INVERSE_OFFER":
      return { type: "rescind-inverse", offerId: event.rescind_inverse_offer.inverse_offer_id.value };
    case "FAILURE": {
      const { agent_id: agent, executor_id: executor } = event.failure;
      return agent !== undefined && executor === undefined ? { type: "agent-failed", agentId: agent.value } : undefined;
    }
    default:
      return undefined;
  }
}
