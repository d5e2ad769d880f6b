// A whole master: its parts put together, its endpoints, and its way from a candidate to a leader that serves.
import type { MasterInfo } from "../../mesos/types.ts";
import { Allocator } from "../allocator/allocator.ts";
import { acceptAgent } from "../common/agent-link.ts";
import type { Clock } from "../common/clock.ts";
import type { Files } from "../common/files.ts";
import type { HttpHandler } from "../common/http.ts";
import { HttpRoutes } from "../common/http-routes.ts";
import { refuseUpgrade } from "../common/http-upgrade.ts";
import type { Log } from "../common/log.ts";
import { VerboseLevel } from "../common/system-endpoints.ts";
import { AGENT_LINK_PATH } from "../protocol.ts";
import { agentMessage } from "./agent-messages.ts";
import { AgentSession } from "./agent-session.ts";
import { AllocationRunner } from "./allocation-runner.ts";
import type { MasterContext } from "./context.ts";
import { Counters } from "./counters.ts";
import { type MasterFlags, parseWeights } from "./flags.ts";
import { Leadership } from "./leadership.ts";
import { makeInverseOffers } from "./inverse-offers.ts";
import { MaintenancePlan } from "./maintenance-plan.ts";
import { makeOffers } from "./offers.ts";
import { answerOperator } from "./operator-endpoint.ts";
import { OperatorEvents } from "./operator-events.ts";
import { Registrar, type RegistryStore } from "./registrar.ts";
import { answerScheduler } from "./scheduler-endpoint.ts";
import { type Endpoints, mountStateEndpoints } from "./state-endpoints.ts";
import { MasterState } from "./state.ts";

export interface MasterOptions {
  info: MasterInfo;
  flags: MasterFlags;
  /** As /flags shows them. */
  shownFlags: Record<string, string>;
  store: RegistryStore;
  files: Files;
  clock: Clock;
  log: Log;
  newUuid: () => string;
}

/** Serves on `routes` from the beginning; what only a leader may answer is refused until it leads. */
export class Master {
  readonly leadership = new Leadership();
  readonly context: MasterContext;
  readonly routes = new HttpRoutes(["/master"]);

  constructor(options: MasterOptions) {
    const { info, flags, clock, log, newUuid } = options;
    const allocator = new Allocator({
      weights: parseWeights(flags.weights),
      minAllocatable: parseMinAllocatable(flags.min_allocatable_resources),
      excludedFromFairness: (flags.fair_sharing_excluded_resource_names ?? "").split(",").filter((n) => n !== ""),
      filterGpuResources: flags.filter_gpu_resources,
    });
    const runner = new AllocationRunner({
      ...{ allocator, clock, intervalMs: flags.allocation_interval },
      onAllocations: (allocations) => makeOffers(this.context, allocations),
      onEnd: () => makeInverseOffers(this.context),
    });
    this.context = {
      ...{ info, flags, clock, log, newUuid, allocator, runner },
      state: new MasterState(),
      registrar: new Registrar(options.store, () => clock.nowMs()),
      counters: new Counters(),
      events: new OperatorEvents(flags.max_operator_event_stream_subscribers),
    };
    this.#mount(options);
  }

  /** Another master leads, or nobody does. Only for a master that has not led itself: who has must end. */
  follow(leader: MasterInfo | undefined): void {
    this.leadership.leader = leader;
    this.leadership.state = leader ? "following" : "unknown";
  }

  /**
   * This master leads from now on, and serves once it has read the registry. `ready` resolves when enough masters take
   * part; until then everything else is refused.
   */
  async lead(ready: Promise<void> = Promise.resolve()): Promise<void> {
    const { log, clock, info, registrar, state, allocator, runner } = this.context;
    log.info("Elected as the leading master!");
    this.leadership.leader = info;
    this.leadership.state = "recovering";
    this.leadership.electedMs = clock.nowMs();
    await ready;
    const registry = await registrar.recover();
    for (const [id, atMs] of registry.unreachable) state.unreachableAgents.set(id, atMs);
    for (const [id, atMs] of registry.gone) state.goneAgents.set(id, atMs);
    // As in Mesos, when draining began is not known to another leader.
    for (const [id, { drain }] of registry.deactivated) state.deactivations.set(id, drain ? { drain } : {});
    state.maintenance = new MaintenancePlan(registry.maintenance.schedule, registry.maintenance.down);
    if (registry.weights.size > 0) allocator.setWeights(registry.weights);
    for (const [id, agentInfo] of registry.agents) {
      const timer = clock.after(this.context.flags.agent_reregister_timeout, () => this.#giveUp(id));
      state.recoveredAgents.set(id, { info: agentInfo, timer });
    }
    this.leadership.state = "leading";
    runner.start();
    log.info(`Recovered ${registry.agents.size} agents from the registry`);
  }

  /** An agent of the registry has not come back to this leader in time. */
  #giveUp(id: string): void {
    const { state, registrar, clock, counters, log } = this.context;
    if (!state.recoveredAgents.delete(id)) return;
    const atMs = clock.nowMs();
    counters.count("recovery_slave_removals");
    state.unreachableAgents.set(id, atMs);
    log.warning(`Agent ${id} did not re-register within --agent_reregister_timeout: marking it unreachable`);
    const stored = registrar.apply((registry) => {
      registry.agents.delete(id);
      registry.unreachable.set(id, atMs);
    });
    stored.catch((error: unknown) => log.error(`Failed to store the registry: ${(error as Error).message}`));
  }

  #mount(options: MasterOptions): void {
    const { leadership, context: master, routes } = this;
    const { shownFlags: flags, files, clock } = options;
    const endpoints: Endpoints & { files: Files } = {
      ...{ master, leadership, flags, files },
      ...{ startedMs: clock.nowMs(), verbose: new VerboseLevel(clock) },
    };
    const leading = (handler: HttpHandler): HttpHandler => {
      return (request) => leadership.refuseUnlessLeading(request) ?? handler(request);
    };
    routes.route(
      "/api/v1/scheduler",
      leading((request) => answerScheduler(master, request)),
    );
    routes.route(
      "/api/v1",
      leading((request) => answerOperator(endpoints, request)),
    );
    mountStateEndpoints(routes, endpoints);
    files.mount(routes);
    routes.upgrade(AGENT_LINK_PATH, (incoming, socket, head) => {
      if (leadership.state !== "leading") {
        refuseUpgrade(socket, 503, "Service Unavailable");
        return;
      }
      const session = new AgentSession(master);
      const link = acceptAgent(
        { incoming, socket, head },
        {
          onMessage: (message) => session.receive(agentMessage(message)),
          onClose: () => session.closed(),
        },
      );
      if (link) session.attach(link);
    });
  }
}

/** `cpus:0.01|mem:32`: one of them is enough. */
function parseMinAllocatable(text: string): { name: string; amount: number }[] {
  const tokens = text.split(/[|;]/).filter((token) => token !== "");
  return tokens.map((token) => {
    const [name = "", amount = "0"] = token.split(":");
    return { name: name.trim(), amount: Number(amount) };
  });
}
