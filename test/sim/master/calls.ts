// What a simulated master does at a subscribed framework's calls (docs/scheduler-http-api.md).
import type { SchedulerCall } from "../../../src/mesos/scheduler-api.ts";
import type { Frameworks } from "./frameworks.ts";
import type { Offers } from "./offers.ts";
import type { Framework, MasterState } from "./state.ts";
import type { TaskCalls } from "./task-calls.ts";

export class Calls {
  readonly #state: MasterState;
  readonly #offers: Offers;
  readonly #tasks: TaskCalls;
  readonly #frameworks: Frameworks;

  constructor(state: MasterState, parts: { offers: Offers; tasks: TaskCalls; frameworks: Frameworks }) {
    this.#state = state;
    this.#offers = parts.offers;
    this.#tasks = parts.tasks;
    this.#frameworks = parts.frameworks;
  }

  take(framework: Framework, call: SchedulerCall): void {
    switch (call.type) {
      case "ACCEPT":
        this.#tasks.accept(framework, call.accept);
        return;
      case "DECLINE":
        for (const { value } of call.decline.offer_ids)
          this.#offers.recover(framework, value, call.decline.filters?.refuse_seconds);
        return;
      case "SUPPRESS":
        framework.suppressed = true;
        return;
      case "REVIVE":
        framework.suppressed = false;
        framework.filters.clear();
        this.#state.world.after(10, () => this.#offers.allocate());
        return;
      case "UPDATE_FRAMEWORK":
        if (!this.#state.knowsConstraints)
          throw new Error("A master that does not know offer constraints was told of some.");
        // All roles are offered again where none is said to be suppressed.
        framework.suppressed = false;
        framework.constraints = call.update_framework.offer_constraints;
        return;
      case "ACCEPT_INVERSE_OFFERS": {
        const { inverse_offer_ids: ids, filters } = call.accept_inverse_offers;
        this.#offers.inverse.answered(framework.id, ids, filters?.refuse_seconds);
        return;
      }
      case "DECLINE_INVERSE_OFFERS": {
        const { inverse_offer_ids: ids, filters } = call.decline_inverse_offers;
        this.#offers.inverse.answered(framework.id, ids, filters?.refuse_seconds);
        return;
      }
      case "KILL":
        this.#tasks.kill(framework, call.kill.task_id.value, call.kill.agent_id?.value);
        return;
      case "ACKNOWLEDGE":
        this.#tasks.acknowledge(framework, call.acknowledge);
        return;
      case "RECONCILE":
        this.#tasks.reconcile(framework, call.reconcile.tasks);
        return;
      case "TEARDOWN":
        framework.stream?.to.close();
        this.#frameworks.complete(framework);
        return;
      default:
        throw new Error(`The simulated master was not to hear ${call.type}.`);
    }
  }
}
