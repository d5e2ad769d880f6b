// A framework with a number of tasks to launch, so many to an agent. Until it is told to launch it keeps its offers.
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import { scalarOf, scalarResource } from "../../../src/mesos/resources.ts";
import type { Offer, TaskInfo } from "../../../src/mesos/types.ts";
import { type Address, SchedulerConnection } from "./scheduler-connection.ts";

export const TASK_CPUS = 0.5;
export const TASK_MEM = 128;
const LONG_SECONDS = 3600;

export interface FrameworkOptions {
  index: number;
  master: Address;
  tasks: number;
  tasksPerAgent: number;
  onOffers: (count: number) => void;
  /** A task runs, so many milliseconds after its ACCEPT. */
  onRunning: (latencyMs: number) => void;
  onError: (error: Error) => void;
}

export class SimulatedFramework {
  readonly #options: FrameworkOptions;
  readonly #offers: Offer[] = [];
  readonly #acceptedMs = new Map<string, number>();
  #connection: SchedulerConnection | undefined;
  #launching = false;
  #launched = 0;

  constructor(options: FrameworkOptions) {
    this.#options = options;
  }

  /** Subscribes with its role suppressed: it is offered nothing before `revive`. */
  async subscribe(): Promise<void> {
    const { index, master, onError } = this.#options;
    const role = `role-${index % 10}`;
    const info = { user: "root", name: `simulated-${index}`, roles: [role], capabilities: [{ type: "MULTI_ROLE" }] };
    this.#connection = await SchedulerConnection.open({
      ...{ master, info, suppressedRoles: [role], onError },
      onEvent: (event) => this.#receive(event),
    });
  }

  revive(): void {
    this.#connection?.call({ type: "REVIVE" });
  }

  /** Uses the offers that it has, and those that come, until all its tasks are launched. */
  launch(): void {
    this.#launching = true;
    for (const offer of this.#offers.splice(0)) this.#use(offer);
  }

  /** All its calls have been answered. */
  get idle(): boolean {
    return this.#connection?.idle ?? true;
  }

  teardown(): void {
    this.#connection?.call({ type: "TEARDOWN" });
  }

  #receive(event: SchedulerEvent): void {
    if (event.type === "OFFERS") {
      const { offers } = event.offers;
      if (this.#launching) for (const offer of offers) this.#use(offer);
      else this.#offers.push(...offers);
      this.#options.onOffers(offers.length);
    } else if (event.type === "UPDATE") {
      const { task_id: taskId, state, agent_id: agentId, uuid, message = "" } = event.update.status;
      if (state !== "TASK_RUNNING") {
        this.#options.onError(new Error(`${state}: ${message}`));
        return;
      }
      const id = taskId.value;
      if (uuid !== undefined && agentId)
        this.#connection?.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id: agentId, task_id: taskId, uuid } });
      this.#options.onRunning(performance.now() - (this.#acceptedMs.get(id) ?? 0));
      this.#acceptedMs.delete(id);
    } else if (event.type === "ERROR") this.#options.onError(new Error(event.error.message));
  }

  #use(offer: Offer): void {
    const { index, tasks, tasksPerAgent } = this.#options;
    const count = Math.min(tasksPerAgent, roomFor(offer), tasks - this.#launched);
    const offerIds = [offer.id];
    const filters = { refuse_seconds: LONG_SECONDS };
    if (count === 0) {
      this.#connection?.call({ type: "DECLINE", decline: { offer_ids: offerIds, filters } });
      return;
    }
    const infos = Array.from({ length: count }, () => aTask(`task-${index}-${this.#launched++}`, offer));
    const nowMs = performance.now();
    for (const { task_id: id } of infos) this.#acceptedMs.set(id.value, nowMs);
    const operations = [{ type: "LAUNCH" as const, launch: { task_infos: infos } }];
    this.#connection?.call({ type: "ACCEPT", accept: { offer_ids: offerIds, operations, filters } });
    if (this.#launched === tasks) this.#connection?.call({ type: "SUPPRESS" });
  }
}

/** What another framework has left on an agent may be offered here. */
function roomFor({ resources = [] }: Offer): number {
  return Math.floor(Math.min(scalarOf(resources, "cpus") / TASK_CPUS, scalarOf(resources, "mem") / TASK_MEM));
}

const aTask = (id: string, offer: Offer): TaskInfo => ({
  ...{ name: id, task_id: { value: id }, agent_id: offer.agent_id },
  resources: [scalarResource("cpus", TASK_CPUS), scalarResource("mem", TASK_MEM)],
  command: { value: "sleep 1000" },
});
