// Waiting instances onto offers. Every offer is decided on as it comes: several apps may share one, what nobody takes is
// declined, none is kept.
import type { Filters, Offer, TaskInfo } from "../../mesos/types.ts";
import { OpenOffer, agentTest, resourcesFit, spreadFits, take } from "../match-offers.ts";
import { placementOf } from "../placement.ts";
import { addToSpread, countSpread, spreadConstraints } from "../spread.ts";
import type { SpreadCounts } from "../spread.ts";
import { taskInfo } from "../task-info.ts";
import { candidatesOf } from "./candidates.ts";
import type { Instance } from "./instance.ts";
import { decline } from "./declines.ts";
import { findMoves, hasToMove, isLeaving, noteMaintenance } from "./maintenance.ts";
import { LAUNCH_SILENCE_MS, REFUSE_UNWANTED_SECONDS, refuseUnfitSeconds } from "./pace.ts";
import { instancesOf } from "./state.ts";
import type { AppState, SchedulerState } from "./state.ts";
import type { Turn } from "./turn.ts";

type Launches = Map<OpenOffer, { task: TaskInfo; instance: Instance }[]>;

/** Accepts what is of use, with exactly what is needed of it, and declines the rest. */
export function onOffers(turn: Turn, offers: readonly Offer[]): void {
  const { state, env } = turn;
  const open = offers.map((offer) => new OpenOffer(offer));
  const launches: Launches = new Map();
  for (const offer of offers) noteMaintenance(turn, offer);
  if (!state.stopping) {
    const usable = state.leaving.size === 0 ? open : open.filter(({ offer }) => !isLeaving(turn, offer.agent_id.value));
    for (const [app, waiting] of waitingByApp(state)) placeApp(turn, app, { waiting, open: usable, launches });
  }
  for (const { offer, left } of open) state.agents.set(offer.agent_id.value, { offer, left, seenMs: turn.nowMs });
  const placed = [...launches.values()].reduce((sum, all) => sum + all.length, 0);
  findMoves(turn);
  const refuse =
    state.waiting.size > placed || hasToMove(turn) ? refuseUnfitSeconds(env.random) : REFUSE_UNWANTED_SECONDS;
  const filters = { refuse_seconds: refuse };
  for (const [{ offer }, tasks] of launches) accept(turn, offer, { placed: tasks, filters });
  const unused = open.filter((one) => !launches.has(one)).map(({ offer }) => offer.id);
  if (unused.length > 0)
    decline(
      turn,
      unused.map(({ value }) => value),
      refuse,
    );
}

function waitingByApp(state: SchedulerState): Map<AppState, Instance[]> {
  const byApp = new Map<AppState, Instance[]>();
  for (const instance of state.waiting.values()) {
    const app = state.apps.get(instance.app);
    if (app === undefined) continue;
    const found = byApp.get(app);
    if (found === undefined) byApp.set(app, [instance]);
    else found.push(instance);
  }
  return byApp;
}

interface Placing {
  waiting: readonly Instance[];
  open: readonly OpenOffer[];
  launches: Launches;
}

/** Looks at every offer once: one that does not do for an instance of the app is not tried for the others. */
function placeApp(turn: Turn, app: AppState, { waiting, open, launches }: Placing): void {
  const { spec } = app;
  const siteUri = spec.site === undefined ? undefined : turn.env.siteUri(app.name);
  if (spec.site !== undefined && siteUri === undefined) return;
  const agentDoes = agentTest(spec);
  const counts = spreadOf(turn, app);
  const candidates = candidatesOf(spec, { open, agentDoes, counts });
  const fits = (one: OpenOffer): boolean =>
    agentDoes(one.offer) && resourcesFit(spec, one) && spreadFits(spec, one.offer, counts);
  for (const instance of waiting) {
    const chosen = candidates.next(fits);
    if (chosen === undefined) return;
    const taken = take(spec, chosen, turn.env.random);
    const taskId = `${instance.id}.${turn.env.newId()}`;
    const { offer } = chosen;
    addToSpread(counts, offer);
    instance.task = placementOf({ offer, hostPorts: taken.hostPorts }, taskId);
    instance.version = app.version;
    delete instance.writtenOff;
    const task = taskInfo(spec, { offer, ...taken }, { taskId, siteUri, secret: turn.env.secret });
    const placed = launches.get(chosen);
    if (placed === undefined) launches.set(chosen, [{ task, instance }]);
    else placed.push({ task, instance });
  }
}

/**
 * How the app's instances are spread now, those that are about to be replaced included; for GROUP_BY without those that
 * must leave their agents: others would have to wait for them, where they wait for others to be placed. `without`: as if
 * that one were gone.
 */
export function spreadOf(now: Pick<Turn, "state" | "nowMs">, app: AppState, without?: Instance): SpreadCounts {
  if (spreadConstraints(app.spec).length === 0) return new Map();
  const others = instancesOf(now.state, app.name).filter((one) => one !== without);
  const placed = others.flatMap(({ task }) =>
    task?.attributes ? [{ attributes: task.attributes, leaving: isLeaving(now, task.agentId) }] : [],
  );
  return countSpread(app.spec, placed);
}

function accept(
  turn: Turn,
  offer: Offer,
  { placed, filters }: { placed: { task: TaskInfo; instance: Instance }[]; filters: Filters },
): void {
  const { state } = turn;
  for (const { instance, task } of placed) {
    const taskId = task.task_id.value;
    state.byTask.set(taskId, instance);
    state.unanswered.add(taskId);
    turn.enter(instance, "launching");
    if (instance.task !== undefined) turn.tell({ type: "launched", instance: instance.id, placement: instance.task });
  }
  turn.wakeAt(turn.nowMs + LAUNCH_SILENCE_MS);
  const operations = [{ type: "LAUNCH" as const, launch: { task_infos: placed.map(({ task }) => task) } }];
  turn.call(
    { type: "ACCEPT", accept: { offer_ids: [offer.id], operations, filters } },
    {
      for: "launch",
      offerId: offer.id.value,
      sinceMs: turn.nowMs,
      instances: placed.map(({ instance }) => instance.id),
    },
  );
}
