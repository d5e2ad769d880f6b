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
import type { Target } from "./target.ts";

/** From when an agent forgets a container until its last process has ended. */
const ENDS_WITHIN_MS = 300;

/** As an agent's /containers has them. */
type KnownContainers = { container_id: string }[];

/**
 * By the names or IDs that their runtime has for them. Undefined where they cannot be seen from here, and while an agent
 * does not answer: then nobody says which are known.
 */
export async function strayContainers(
  target: Target,
  { http, options, env }: { http: HttpClient; options: AskOptions; env: NodeJS.ProcessEnv },
): Promise<string[] | undefined> {
  const { plan } = target;
  if (plan === undefined || plan.vagrant !== undefined) return undefined;
  const found = await ask(() => running(plan, env), options);
  if (found.kind !== "answered" || found.value.length === 0) return valueOf(found);
  const answers = await Promise.all(
    target.agents.map(({ url }) =>
      ask((signal) => http.json<KnownContainers>({ url: `${url}/containers?show_nested=true`, signal }), options),
    ),
  );
  if (answers.some(({ kind }) => kind !== "answered")) return undefined;
  const known = answers.flatMap((answer) => valueOf(answer) ?? []).map(({ container_id }) => container_id);
  const unknown = found.value.filter((name) => !known.some((id) => name.includes(id)));
  if (unknown.length === 0) return [];
  // One that has ended while the agents were asked, or is about to, is none.
  await systemClock.sleep(ENDS_WITHIN_MS, options.signal);
  const still = await ask(() => running(plan, env), options);
  return valueOf(still)?.filter((name) => unknown.includes(name));
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
