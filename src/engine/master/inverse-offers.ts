// Inverse offers: frameworks that hold something on an agent whose machine is to be maintained are asked for it back. Their
// answers are told to the operator, and change nothing else (docs/maintenance.md).
import type { Filters, InverseOffer } from "../../mesos/types.ts";
import type { MasterContext } from "./context.ts";
import type { MachineId } from "./maintenance-plan.ts";
import { agentUrl, refusedUntil } from "./offers.ts";
import { type Agent, type Framework, isActive } from "./state.ts";

/** The machine that an agent runs on, by what it has told. */
export const machineOf = ({ pid, info }: Pick<Agent, "pid" | "info">): MachineId => ({
  hostname: info.hostname,
  ip: pid.slice(pid.lastIndexOf("@") + 1, pid.lastIndexOf(":")),
});

/** Takes over what is planned for the agent's machine; what was said about another plan is forgotten. */
export function adoptPlan(master: MasterContext, agent: Agent): void {
  const { maintenance } = master.state;
  maintenance.know(machineOf(agent));
  const machine = maintenance.find(machineOf(agent));
  master.state.maintained.delete(agent.id);
  if (!machine) return;
  const { unavailability } = machine;
  const heard = { offers: new Map(), answers: new Map(), refusedUntil: new Map() };
  master.state.maintained.set(agent.id, { unavailability, ...heard });
}

/** Asks everybody who holds something on an agent that is to be maintained, and has not been asked yet, or long ago. */
export function makeInverseOffers(master: MasterContext): void {
  const { state, clock } = master;
  const nowMs = clock.nowMs();
  const made = new Map<Framework, InverseOffer[]>();
  for (const [agentId, { unavailability, offers, refusedUntil: refused }] of state.maintained) {
    const agent = state.agents.get(agentId);
    if (!agent || !isActive(agent)) continue;
    for (const id of new Set([...agent.used.keys(), ...[...agent.offers].map(({ framework }) => framework.id)])) {
      const framework = state.frameworks.get(id);
      if (framework?.state !== "active" || offers.has(id) || (refused.get(id) ?? 0) > nowMs) continue;
      const offer = {
        ...{ id: { value: `${master.info.id}-O${state.nextOfferId++}` }, url: agentUrl(agent) },
        ...{ framework_id: { value: id }, agent_id: { value: agentId }, unavailability },
      };
      offers.set(id, offer);
      made.set(framework, [...(made.get(framework) ?? []), offer]);
    }
  }
  for (const [framework, inverse_offers] of made)
    framework.stream?.send({ type: "INVERSE_OFFERS", inverse_offers: { inverse_offers } });
}

/** ACCEPT_INVERSE_OFFERS and DECLINE_INVERSE_OFFERS; those that are no more are passed over. */
export function answerInverseOffers(
  master: MasterContext,
  framework: Framework,
  answered: { ids: readonly string[]; status: "ACCEPT" | "DECLINE"; filters: Filters },
): void {
  const nowMs = master.clock.nowMs();
  for (const id of answered.ids) {
    const maintained = [...master.state.maintained.values()].find(
      ({ offers }) => offers.get(framework.id)?.id.value === id,
    );
    if (!maintained) {
      master.log.warning(`Ignoring answer to inverse offer ${id} since it is no longer valid`);
      continue;
    }
    maintained.offers.delete(framework.id);
    const until = refusedUntil(master, answered.filters);
    if (until !== "next-round") maintained.refusedUntil.set(framework.id, until);
    maintained.answers.set(framework.id, {
      ...{ status: answered.status, framework_id: { value: framework.id } },
      timestamp: { nanoseconds: nowMs * 1e6 },
    });
  }
}

/** Those that a framework has not answered. */
export const inverseOffersOf = ({ state }: MasterContext, framework: Framework): InverseOffer[] =>
  [...state.maintained.values()].flatMap(({ offers }) => offers.get(framework.id) ?? []);

/** Nobody is asked about this agent for now. */
export function rescindInverseOffers(master: MasterContext, agent: Agent): void {
  const { offers } = master.state.maintained.get(agent.id) ?? {};
  for (const [frameworkId, { id }] of offers ?? [])
    master.state.frameworks
      .get(frameworkId)
      ?.stream?.send({ type: "RESCIND_INVERSE_OFFER", rescind_inverse_offer: { inverse_offer_id: id } });
  offers?.clear();
}

/** Its instance that was asked is no more; with `forever`, what it has answered does not count either. */
export function forgetInverseOffers(
  master: MasterContext,
  framework: Framework,
  { forever }: { forever: boolean },
): void {
  for (const { offers, answers, refusedUntil: refused } of master.state.maintained.values()) {
    offers.delete(framework.id);
    if (!forever) continue;
    answers.delete(framework.id);
    refused.delete(framework.id);
  }
}
