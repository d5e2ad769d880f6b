// What a simulated scheduler says and decides, in a line each of the trace.
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { CoreEvent } from "../../../src/scheduler/core/inputs.ts";

export function describe(call: SchedulerCall): string {
  switch (call.type) {
    case "ACCEPT": {
      const tasks = call.accept.operations.flatMap(({ launch }) => launch?.task_infos ?? []);
      return `ACCEPT ${call.accept.offer_ids.map(({ value }) => value).join()} ${tasks.map((task) => task.task_id.value).join()}`;
    }
    case "KILL":
      return `KILL ${call.kill.task_id.value}`;
    case "ACKNOWLEDGE":
      return `ACKNOWLEDGE ${call.acknowledge.uuid}`;
    case "RECONCILE":
      return `RECONCILE ${call.reconcile.tasks.map(({ task_id }) => task_id.value).join() || "all"}`;
    case "ACCEPT_INVERSE_OFFERS":
      return `${call.type} ${call.accept_inverse_offers.inverse_offer_ids.map(({ value }) => value).join()}`;
    case "DECLINE_INVERSE_OFFERS":
      return `${call.type} ${call.decline_inverse_offers.inverse_offer_ids.map(({ value }) => value).join()}`;
    case "UPDATE_FRAMEWORK":
      return `UPDATE_FRAMEWORK ${JSON.stringify(call.update_framework.offer_constraints)}`;
    case "DECLINE":
      return `DECLINE ${call.decline.offer_ids.map(({ value }) => value).join()}`;
    default:
      return call.type;
  }
}

export function narrate(event: CoreEvent): string {
  switch (event.type) {
    case "instance":
      return `${event.instance.id} ${event.before ?? "new"} → ${event.instance.state}`;
    case "launched":
      return `${event.placement.taskId} goes to ${event.placement.agent}`;
    case "app":
      return `app ${event.app}: ${event.what}`;
    case "note":
      return event.message;
  }
}
