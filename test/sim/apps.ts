// Apps that a simulation's users think of, and where their instances can be.
import { APP_DEFAULTS } from "../../src/scheduler/app-spec.ts";
import type { AppSpec, Constraint } from "../../src/scheduler/app-spec.ts";
import type { FilteredAgent } from "./master/offer-filter.ts";
import type { World } from "./world.ts";

type Constrained = Pick<AppSpec, "constraints" | "instances">;

const SPREADS: Constraint[][] = [[], [], [["rack", "GROUP_BY"]], [["hostname", "UNIQUE"]], [["rack", "MAX_PER", "2"]]];

/** The first is met by agents of some racks, the last by those that were there first. */
const PLACES: Constraint[][] = [
  [],
  [["rack", "IN", ["r1", "r2"]]],
  [["rack", "EQUALS", "r1"]],
  [["rack", "UNLIKE", "r1"]],
  [["hostname", "LIKE", "agent-1.*"]],
];

/** `placed`: also with constraints that name agents, which may be none of those that are there. */
export function randomApp(
  world: World,
  name: string,
  about: { agents: readonly FilteredAgent[]; placed: boolean },
): AppSpec {
  const spread = world.pick(SPREADS) ?? [];
  const constraints = about.placed ? [...(world.pick(PLACES) ?? []), ...spread] : spread;
  return {
    ...APP_DEFAULTS,
    name,
    command: "true",
    network: "host",
    // However few agents do for them, all apps have room there.
    cpus: about.placed ? 0.05 : 0.1,
    mem: 64,
    instances: world.whole(1, Math.max(1, possibleOn(about.agents, { instances: 5, constraints }))),
    ports: world.chance(0.5) ? [{ host: "any", protocol: "tcp" }] : [],
    constraints,
    restart: { policy: "always", backoff: "1secs", max_backoff: "30secs", give_up: { failures: 0, within: "1mins" } },
    unreachable: { replace_after: world.pick(["0secs", "10secs", "60secs", "never"]) ?? "never" },
    update: { batch: world.whole(1, 2), max_unavailable: world.whole(1, 2), max_failures: 0 },
  };
}

/** As many instances as the constraints leave room for. */
export function possibleOn(agents: readonly FilteredAgent[], app: Constrained): number {
  const fitting = agents.filter((agent) => doesFor(app, agent));
  const racks = new Set(fitting.map(({ rack }) => rack)).size;
  if (fitting.length === 0) return 0;
  if (has(app, "UNIQUE")) return Math.min(app.instances, fitting.length);
  if (has(app, "MAX_PER")) return Math.min(app.instances, 2 * racks);
  return app.instances;
}

/** Whether the agent does, wherever other instances are. */
export function doesFor({ constraints }: Pick<AppSpec, "constraints">, { name, rack }: FilteredAgent): boolean {
  return constraints.every(([attribute, operator, value]) => {
    const there = attribute === "hostname" ? name : rack;
    const pattern = new RegExp(`^(?:${String(value)})$`);
    if (operator === "EQUALS") return there === value;
    if (operator === "IN") return value?.includes(there) === true;
    if (operator === "LIKE") return pattern.test(there);
    return operator !== "UNLIKE" || !pattern.test(there);
  });
}

function has({ constraints }: Constrained, wanted: Constraint[1]): boolean {
  return constraints.some(([, operator]) => operator === wanted);
}
