// Containers and executors that run for the cluster though no agent knows them: their agent was lost together with what it remembered.
import { basename } from "node:path";
import { runningContainersOf } from "../../backends/local/leftovers/docker-containers.ts";
import { executorProcesses } from "../../backends/local/leftovers/executor-processes.ts";
import { runcContainers } from "../../backends/local/leftovers/runc-containers.ts";
import { systemClock } from "../../client/clock.ts";
import type { HttpClient } from "../../client/http.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { ask, type AskOptions } from "../ask.ts";
import { valueOf } from "../facts.ts";
import { isHere } from "./folders.ts";
import { metricsOf } from "./masters.ts";
import type { Target } from "./target.ts";

/** From when an agent forgets a container until its last process has ended. */
const ENDS_WITHIN_MS = 300;

/** As an agent's /containers has them. */
type KnownContainers = { container_id: string }[];

interface Asking {
  http: HttpClient;
  options: AskOptions;
}

/**
 * By the names or IDs that their runtime has for them: unknown to every agent twice in a row. Undefined where they cannot
 * be seen from here, and while an agent does not answer or has yet to take back what it ran: then nobody says which are
 * known.
 */
export async function strayContainers(
  { plan, agents }: Pick<Target, "plan" | "agents">,
  { env, ...asking }: Asking & { env: NodeJS.ProcessEnv },
): Promise<string[] | undefined> {
  const { options } = asking;
  if (plan === undefined || plan.vagrant !== undefined) return undefined;
  const found = await ask(() => running(plan, env), options);
  if (found.kind !== "answered" || found.value.length === 0) return valueOf(found);
  const known = await knownTo(agents, asking);
  const unknown = known && found.value.filter((name) => !isAmong(known, name));
  if (unknown === undefined || unknown.length === 0) return unknown;
  // One that has ended while the agents were asked, or is about to, is none.
  await systemClock.sleep(ENDS_WITHIN_MS, options.signal);
  // An agent listens before it knows what it ran, and says until then that it runs nothing.
  const recovered = await Promise.all(agents.map(({ url }) => hasRecovered(url, asking)));
  const knownByNow = recovered.every(Boolean) ? await knownTo(agents, asking) : undefined;
  if (knownByNow === undefined) return undefined;
  const still = valueOf(await ask(() => running(plan, env), options));
  return still?.filter((name) => unknown.includes(name) && !isAmong(knownByNow, name));
}

/** IDs; undefined while an agent does not say. */
async function knownTo(agents: Target["agents"], { http, options }: Asking): Promise<string[] | undefined> {
  const answers = await Promise.all(
    agents.map(({ url }) =>
      ask((signal) => http.json<KnownContainers>({ url: `${url}/containers?show_nested=true`, signal }), options),
    ),
  );
  if (answers.some(({ kind }) => kind !== "answered")) return undefined;
  return answers.flatMap((answer) => valueOf(answer) ?? []).map(({ container_id }) => container_id);
}

function isAmong(ids: string[], name: string): boolean {
  return ids.some((id) => name.includes(id));
}

/** Until it has, its /state is 503 (src/slave/http.cpp, Http::state) and its /containers empty; it registers after that. */
async function hasRecovered(url: string, { http, options }: Asking): Promise<boolean> {
  const [state, metrics] = await Promise.all([
    ask((signal) => http.json({ url: `${url}/state`, signal }), options),
    ask((signal) => metricsOf(url, { http, signal }), options),
  ]);
  return state.kind === "answered" && valueOf(metrics)?.["slave/registered"] === 1;
}

/** Containers, and executors without one: by the ID of their sandbox. */
async function running(plan: ClusterPlan, env: NodeJS.ProcessEnv): Promise<string[]> {
  const containers = await runningContainers(plan, env);
  if (!isHere(plan)) return containers;
  const executors = [...executorProcesses(plan.stateDirectory).keys()];
  return [...containers, ...executors.filter((id) => !containers.some((name) => name.includes(id)))];
}

async function runningContainers(plan: ClusterPlan, env: NodeJS.ProcessEnv): Promise<string[]> {
  const program = plan.containerProgram === undefined ? undefined : basename(plan.containerProgram);
  if (program === "docker" || program === "podman") {
    return await runningContainersOf(plan.stateDirectory, program, env);
  }
  return runcContainers(plan.stateDirectory)
    .filter(({ init }) => init !== undefined)
    .map(({ id }) => id);
}
