// Asks everything at once, and the leading master as soon as it is known who that is.
import type { HttpConnection } from "../../client/connection.ts";
import { HttpClient } from "../../client/http.ts";
import type { AgentSummary } from "../../client/operator.ts";
import { preload } from "../../client/readiness.ts";
import type { AskOptions } from "../ask.ts";
import { valueOf, type Answer, type Facts, type LeaderFacts, type MasterFacts } from "../facts.ts";
import { agentFacts, agentsOf } from "./agents.ts";
import { claimFacts } from "./claims.ts";
import { folderFacts, sandboxFacts } from "./folders.ts";
import { leaderFacts } from "./leader.ts";
import { machineFacts } from "./machine.ts";
import { masterFacts } from "./masters.ts";
import { nodeFacts } from "./nodes.ts";
import { strayContainers } from "./stray-containers.ts";
import type { Target } from "./target.ts";
import { electedMasters, serverFacts } from "./zookeeper.ts";

export interface GatherOptions {
  signal: AbortSignal;
  /** Of each question. */
  limitMs: number;
  /** Of all of them together, though some are asked only after others. Default: none. */
  totalMs?: number | undefined;
  /** For programs that are asked for their version. */
  env: NodeJS.ProcessEnv;
  /** How masters and agents want to be spoken to. */
  connection?: HttpConnection | undefined;
}

/** @throws the signal's reason, and nothing else: what does not answer is a fact too. */
export async function gather(target: Target, how: GatherOptions): Promise<Facts> {
  const { signal, limitMs, totalMs = Infinity, env, connection } = how;
  // Asked while this program still loads what it needs, the quickest part seems slow.
  await preload();
  await using http = new HttpClient(connection);
  const nowMs = () => performance.now();
  const options: AskOptions = { signal, limitMs, untilMs: nowMs() + totalMs, nowMs };
  const clocks = new Map<string, number>();
  const asking = { http, options, onDate: (name: string, skewMs: number) => clocks.set(name, skewMs) };
  const elected = target.zookeeper && electedMasters(target.zookeeper, options);
  const masters = mastersOf(target, elected).then((all) => Promise.all(all.map((one) => masterFacts(one, asking))));
  const leader = masters.then((all) => leaderOf(all, target, asking));
  const agents = agentsToAsk(target, leader).then((all) => Promise.all(all.map((one) => agentFacts(one, asking))));
  const [machine, servers, nodes, schedulers, stray, ...rest] = await Promise.all([
    machineFacts(target, { env, options }),
    Promise.all(serverFacts(target, options)),
    nodeFacts(target, { env, options }),
    target.schedulers(options),
    strayContainers(target, { http, options, env }),
    ...([elected, masters, leader, agents] as const),
  ]);
  return {
    ...{ cluster: target.cluster, plan: target.plan },
    ...(target.damage !== undefined && { damage: target.damage }),
    ...{ machine, nodes, servers },
    elected: rest[0],
    masters: rest[1],
    leader: rest[2],
    agents: rest[3],
    folders: folderFacts(target.plan),
    sandboxes: sandboxFacts(target.plan, rest[3]),
    schedulers,
    claims: target.plan === undefined ? [] : claimFacts(target.plan.stateDirectory),
    strayContainers: stray,
    clocks: [...clocks].map(([name, skewMs]) => ({ name, skewMs })),
  };
}

interface Asking {
  http: HttpClient;
  options: AskOptions;
  onDate: (name: string, skewMs: number) => void;
}

/** Masters of a plan are known; those of a stranger are the ones that ZooKeeper holds. */
async function mastersOf(target: Target, elected: Promise<Answer<string[]>> | undefined): Promise<Target["masters"]> {
  if (target.masters.length > 0 || elected === undefined) return target.masters;
  return (valueOf(await elected) ?? []).map((url) => ({ name: new URL(url).host, url }));
}

/** Whom a master says to be elected. Of several that say so, the first. */
async function leaderOf(masters: MasterFacts[], target: Target, asking: Asking): Promise<LeaderFacts | undefined> {
  const leading = masters.find(({ metrics }) => valueOf(metrics)?.["master/elected"] === 1);
  if (leading === undefined) return undefined;
  return await leaderFacts(leading.url, { ...asking, mayChange: target.cluster !== undefined });
}

async function agentsToAsk(
  target: Target,
  leader: Promise<LeaderFacts | undefined>,
): Promise<{ name: string; url: string }[]> {
  if (target.plan !== undefined) return target.agents;
  const registered: AgentSummary[] = valueOf((await leader)?.agents) ?? [];
  return agentsOf(registered);
}
