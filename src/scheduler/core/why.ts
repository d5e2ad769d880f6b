// The answer to "why is it waiting?": for each app that waits, the agents that were offered and everything about each that
// does not do, the nearest miss first. Worked out when somebody asks, from what each agent offered last.
import { parseUserDurationMs } from "../../mesos/duration.ts";
import type { AppSpec } from "../app-spec.ts";
import { attributeText } from "../constraints.ts";
import { tellingLine } from "../failure-words.ts";
import { OpenOffer, obstacles } from "../match-offers.ts";
import type { Mismatch, Obstacle } from "../match-offers.ts";
import { agentName } from "../placement.ts";
import type { Instance, InstanceState } from "./instance.ts";
import { isMadeUp } from "./agents.ts";
import { isLeaving } from "./maintenance.ts";
import { spreadOf } from "./place.ts";
import { instancesOf } from "./state.ts";
import type { AppState, SchedulerState } from "./state.ts";

export interface AgentMiss extends Mismatch {
  /** By name, as Mesos writes them. */
  attributes: Record<string, string>;
  /** When it was offered last; milliseconds since the epoch. */
  seenMs: number;
}

export interface WhyView {
  app: string;
  /** One sentence: what the app waits for, or that it does not wait. */
  summary: string;
  /** Instances that do not run, and what each of them waits for. */
  waiting: { instance: string; state: InstanceState; reason: string }[];
  /** The nearest miss first; empty if nothing waits for an offer, or nothing was offered. */
  agents: AgentMiss[];
  /** What would help, the least first. */
  help: string[];
}

/** Undefined if there is no such app. */
export function whyView(state: SchedulerState, name: string, nowMs: number): WhyView | undefined {
  const app = state.apps.get(name);
  if (app === undefined) return undefined;
  const idle = instancesOf(state, name).filter(({ state: now }) => now !== "running" && now !== "finished");
  const waiting = idle.map((one) => ({ instance: one.id, state: one.state, reason: waitsFor(one, app.spec, nowMs) }));
  const wanting = idle.filter((one) => one.state === "waiting");
  const found = wanting.length === 0 ? [] : nearestFirst({ state, nowMs }, app);
  const agents = found.map(({ miss }) => miss);
  return {
    app: name,
    summary: summaryOf(state, app, { idle, wanting, agents }),
    waiting,
    agents,
    help: [...helpOutOfSight(app, idle), ...helpFor(app, found)].slice(0, MAX_HELP),
  };
}

/** Why each agent that made an offer does not do, the nearest miss first. */
export function mismatchesOf(state: SchedulerState, name: string, nowMs: number): AgentMiss[] {
  const app = state.apps.get(name);
  return app === undefined ? [] : nearestFirst({ state, nowMs }, app).map(({ miss }) => miss);
}

interface Found {
  miss: AgentMiss;
  obstacles: Obstacle[];
}

function nearestFirst(now: { state: SchedulerState; nowMs: number }, app: AppState): Found[] {
  const { state } = now;
  const counts = spreadOf(now, app);
  const found: Found[] = [];
  for (const { offer, left, seenMs, away } of state.agents.values()) {
    const all = obstacles(app.spec, new OpenOffer(offer, left), counts);
    const inTheWay = isMadeUp(offer) ? all.filter(({ kind }) => kind !== "role") : all;
    const absent = away ?? (isLeaving(now, offer.agent_id.value) ? "it is about to go into maintenance" : undefined);
    const reasons = [...(absent === undefined ? [] : [absent]), ...inTheWay.map(({ reason }) => reason)];
    if (reasons.length === 0) continue;
    const names = (offer.attributes ?? []).map((attribute) => attribute.name);
    const attributes = Object.fromEntries(names.map((name) => [name, attributeText(offer, name) ?? ""]));
    const agent = { agentId: offer.agent_id.value, agent: agentName(offer), attributes, seenMs };
    found.push({ miss: { ...agent, reasons }, obstacles: inTheWay });
  }
  const lack = ({ obstacles: all }: Found) => all.reduce((sum, one) => sum + one.lack, 0);
  return found.sort(
    (a, b) =>
      a.miss.reasons.length - b.miss.reasons.length ||
      lack(a) - lack(b) ||
      (a.miss.agent < b.miss.agent ? -1 : Number(a.miss.agent > b.miss.agent)),
  );
}

function waitsFor(instance: Instance, { unreachable }: AppSpec, nowMs: number): string {
  const { state, lastFailure, task, notBeforeMs = nowMs } = instance;
  const { state: ended, message = "", stderrTail } = lastFailure ?? {};
  const failed = ended && [ended, message, tellingLine(stderrTail) ?? ""].filter((part) => part !== "").join(", ");
  const where = task?.agent ?? "";
  switch (state) {
    case "waiting":
      return "waits for an offer that does";
    case "backing-off":
      return `is launched again in ${Math.ceil((notBeforeMs - nowMs) / 1000)} s; its last task: ${failed ?? "ended"}`;
    case "launching":
      return `was sent to ${where}; there has been no word of it yet`;
    case "starting":
      return `starts on ${where}: its image and files are fetched`;
    case "unreachable":
      return `ran on ${where}, which nobody hears of; ${replacedWhen(instance, unreachable.replace_after, nowMs)}`;
    case "killing":
      return `is being ended on ${where}`;
    case "gave-up":
      return `has failed too often; the last time: ${failed ?? "it ended"}`;
    case "running":
    case "finished":
      return "waits for nothing";
  }
}

function replacedWhen({ sinceMs }: Instance, replaceAfter: string, nowMs: number): string {
  if (replaceAfter === "never") return "no other takes its place (unreachable.replace_after: never)";
  const leftMs = Math.max(0, sinceMs + parseUserDurationMs(replaceAfter) - nowMs);
  return `another takes its place in ${Math.ceil(leftMs / 1000)} s`;
}

/** For those that are waited for, for ever. */
function helpOutOfSight({ name, spec }: AppState, idle: readonly Instance[]): string[] {
  if (spec.unreachable.replace_after !== "never") return [];
  const lost = idle.filter(({ state }) => state === "unreachable").flatMap(({ task }) => task?.agent ?? []);
  const words = `start it again, tell a master that still knows it that it is gone (MARK_AGENT_GONE), or give ${name} another replace_after`;
  return [...new Set(lost)].map((agent) => `${agent}: ${words}`);
}

function summaryOf(
  state: SchedulerState,
  { name, spec }: AppState,
  { idle, wanting, agents }: { idle: Instance[]; wanting: Instance[]; agents: AgentMiss[] },
): string {
  if (idle.length === 0) return `${name} waits for nothing: all of its instances run.`;
  const count = (n: number) => `${n} of ${name}'s instances ${n === 1 ? "waits" : "wait"}`;
  if (wanting.length === 0) return `${count(idle.length)}, though not for an offer.`;
  if (!state.subscribed) return `${count(wanting.length)} for a master: the framework is not subscribed.`;
  if (state.agents.size === 0) return `${count(wanting.length)}: no agent has offered anything in role ${spec.role}.`;
  if (agents.length === 0) return `${count(wanting.length)}: what was offered would do; the next offer is waited for.`;
  return `${count(wanting.length)}: none of ${agents.length} agent${agents.length === 1 ? "" : "s"} does.`;
}

const MAX_HELP = 3;

/** Of the misses: what would have to change there. */
function helpFor({ name, spec }: AppState, found: readonly Found[]): string[] {
  const help = found.map(({ miss, obstacles: all }) => {
    const parts = all.map((one) => {
      switch (one.kind) {
        case "amount":
          return `free ${one.name}, or lower ${one.name} of ${name}`;
        case "ports":
          return "free the ports, or ask for others";
        case "constraint":
          return `an agent like it with another ${one.name}, or a wider constraint on ${one.name}`;
        case "spread":
          return `an agent with another ${one.name}, or fewer than ${spec.instances} instances`;
        case "role":
          return `resources for role ${spec.role}`;
      }
    });
    return parts.length === 0 ? undefined : `${miss.agent}: ${parts.join("; ")}`;
  });
  return help.filter((one) => one !== undefined);
}
