// Flags that a cluster file passes through to Mesos's programs: which of them may be given, and in which form.
import { closest } from "../config/closest.ts";
import { AGENT_FLAGS, MASTER_FLAGS } from "./mesos-flags.ts";
import type { FlagValue } from "./spec.ts";

const BY_THE_PLAN = "is set by the plan";
const NOT_ON_A_CLUSTER = "makes no sense for a cluster";

/** Flags that are not the file's to give, and why. */
const OWNED_BY_BOTH: Record<string, string> = {
  ip: 'is set by the plan: use the field "bind"',
  port: 'is set by the plan: use the field "port"',
  hostname: 'is set by the plan: use the field "bind"',
  work_dir: BY_THE_PLAN,
  log_dir: BY_THE_PLAN,
  ip_discovery_command: 'is set by the plan: use the field "bind"',
  advertise_ip: BY_THE_PLAN,
  advertise_port: BY_THE_PLAN,
  master_detector: BY_THE_PLAN,
  help: NOT_ON_A_CLUSTER,
  version: NOT_ON_A_CLUSTER,
};

const OWNED: Record<"master" | "agent", Record<string, string>> = {
  master: {
    ...OWNED_BY_BOTH,
    zk: BY_THE_PLAN,
    quorum: 'is set by the plan: use the field "quorum"',
    cluster: 'is set by the plan: use the field "name"',
    master_contender: BY_THE_PLAN,
  },
  agent: {
    ...OWNED_BY_BOTH,
    master: BY_THE_PLAN,
    runtime_dir: BY_THE_PLAN,
    cgroups_root: BY_THE_PLAN,
    fetcher_cache_dir: BY_THE_PLAN,
    docker: BY_THE_PLAN,
    docker_registry: BY_THE_PLAN,
    docker_store_dir: BY_THE_PLAN,
    attributes: 'is set by the plan: use the field "attributes"',
    resources: 'is set by the plan: use the field "resources"',
    sandbox_directory: 'is set by the plan: use the field "sandbox_directory"',
    containerizers: 'is set by the plan: use the field "containerizers"',
  },
};

/** What is wrong with giving this flag this value, as a predicate; undefined where nothing is. */
export function flagProblem(program: "master" | "agent", name: string, value: FlagValue): string | undefined {
  const owned = OWNED[program];
  if (Object.hasOwn(owned, name)) return owned[name];
  const { switches, valued } = program === "master" ? MASTER_FLAGS : AGENT_FLAGS;
  if (switches.has(name)) {
    return ["true", "false"].includes(String(value)) ? undefined : "is a switch: its value must be true or false";
  }
  if (valued.has(name)) {
    return typeof value === "boolean" ? "takes a value: write text or a number" : undefined;
  }
  const meant = closest(name, [...switches, ...valued]);
  return `is not a flag of mesos-${program}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
}
