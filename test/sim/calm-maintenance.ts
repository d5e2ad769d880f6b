// Maintenance of one agent of a simulation while nothing else is wrong: what is on it is elsewhere when it begins if there is
// room for it, what is not ends with it, and all comes to what is wanted again afterwards.
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { SimulatedAgent } from "./agent.ts";
import { possibleOn } from "./apps.ts";
import type { Cluster } from "./cluster.ts";
import type { Wanted } from "./wanted.ts";

const MINUTE_MS = 60_000;

/** Gives back what did not hold. */
export async function maintainInCalm(cluster: Cluster, wanted: Wanted): Promise<string[]> {
  const { world, operator } = cluster;
  const agent = world.pick(cluster.agents);
  if (agent === undefined || cluster.leader === undefined) return [];
  const others = cluster.agents.filter((one) => one !== agent);
  const hasRoom = (spec: AppSpec): boolean => possibleOn(others, spec) === possibleOn(cluster.agents, spec);
  // Of apps that have less room on the others, nothing is expected.
  const differences = (): string[] => {
    const stuck = [...wanted.apps.values()].filter((spec) => !hasRoom(spec));
    const isStuck = (text: string): boolean => stuck.some(({ name }) => text.startsWith(name));
    return wanted.differences(others).flatMap((text) => (isStuck(text) ? [] : [`without ${agent.name}: ${text}`]));
  };
  const startMs = world.nowMs + world.between(5, world.chance(0.1) ? 90 : 12) * MINUTE_MS;
  operator.plan(agent, startMs);
  await world.run(startMs);
  const found = [...leftBehind(agent, wanted, hasRoom), ...differences()];
  if (operator.takeDown(agent, { whatever: true })) {
    await world.run(world.nowMs + 3 * MINUTE_MS);
    found.push(...differences());
    operator.bringUp(agent);
  } else operator.plan(agent, undefined);
  await world.run(world.nowMs + 3 * MINUTE_MS);
  return found;
}

/** Where others have less room than is wanted, an app keeps what it may not miss. */
function leftBehind(agent: SimulatedAgent, wanted: Wanted, hasRoom: (spec: AppSpec) => boolean): string[] {
  const movable = wanted.alive().filter((one) => {
    const spec = wanted.apps.get(one.task.info.name);
    return one.agent === agent && (spec === undefined || hasRoom(spec));
  });
  return movable.map(({ task }) => `${task.info.task_id.value} is still on ${agent.name} when its maintenance begins`);
}
