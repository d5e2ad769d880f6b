// The flags of mesos-master with Mesos's own names and defaults (docs/configuration/master.md). Those that this engine has
// no use for are taken, shown and otherwise left alone.
import { type FlagTable, type FlagValues, type LoadedFlags, loadFlags } from "../common/flags.ts";
import { LOGGING_FLAGS } from "../common/logging-flags.ts";

export const MASTER_FLAGS = {
  ...LOGGING_FLAGS,
  acls: { kind: "json" },
  advertise_ip: { kind: "string", help: "IP address that others are told to use." },
  advertise_port: { kind: "string", help: "Port that others are told to use." },
  agent_ping_timeout: { kind: "duration", default: "15secs", alias: "slave_ping_timeout", help: "Time between pings." },
  agent_removal_rate_limit: { kind: "string", alias: "slave_removal_rate_limit" },
  agent_reregister_timeout: {
    kind: "duration",
    default: "10mins",
    alias: "slave_reregister_timeout",
    help: "How long agents of the registry have to come back to a new leader.",
  },
  allocation_interval: { kind: "duration", default: "1secs", help: "Time between batch allocations." },
  allocator: { kind: "string", default: "hierarchical" },
  allocator_agent_recovery_factor: { kind: "number", default: "0.8" },
  allocator_recovery_timeout: { kind: "duration", default: "10mins" },
  authenticate_agents: { kind: "boolean", default: "false", alias: "authenticate_slaves" },
  authenticate_frameworks: { kind: "boolean", default: "false", alias: "authenticate" },
  authenticate_http_frameworks: { kind: "boolean", default: "false" },
  authenticate_http_readonly: { kind: "boolean", default: "false" },
  authenticate_http_readwrite: { kind: "boolean", default: "false" },
  authentication_v0_timeout: { kind: "duration", default: "15secs" },
  authenticators: { kind: "string", default: "crammd5" },
  authorizers: { kind: "string", default: "local" },
  cluster: { kind: "string", help: "Name of the cluster, shown in the web UI." },
  credentials: { kind: "string" },
  domain: { kind: "json" },
  fair_sharing_excluded_resource_names: { kind: "string", help: "Resources that do not count for fairness." },
  filter_gpu_resources: { kind: "boolean", default: "true" },
  firewall_rules: { kind: "json" },
  framework_sorter: { kind: "string", default: "drf" },
  hooks: { kind: "string" },
  hostname: { kind: "string", help: "Name that this master gives itself." },
  hostname_lookup: { kind: "boolean", default: "true" },
  http_authenticators: { kind: "string", default: "basic" },
  http_framework_authenticators: { kind: "string" },
  ip: { kind: "string", help: "Address to listen on." },
  ip_discovery_command: { kind: "string" },
  log_auto_initialize: { kind: "boolean", default: "true" },
  master_contender: { kind: "string" },
  master_detector: { kind: "string" },
  max_agent_ping_timeouts: {
    kind: "integer",
    default: "5",
    alias: "max_slave_ping_timeouts",
    help: "Unanswered pings after which an agent is unreachable.",
  },
  max_completed_frameworks: { kind: "integer", default: "50" },
  max_completed_tasks_per_framework: { kind: "integer", default: "1000" },
  max_executors_per_agent: { kind: "integer" },
  max_operator_event_stream_subscribers: { kind: "integer", default: "1000" },
  max_unreachable_tasks_per_framework: { kind: "integer", default: "1000" },
  memory_profiling: { kind: "boolean", default: "false" },
  min_allocatable_resources: { kind: "string", default: "cpus:0.01|mem:32", help: "Less than this is not offered." },
  modules: { kind: "json" },
  modules_dir: { kind: "string" },
  offer_constraints_re2_max_mem: { kind: "bytes", default: "4KB" },
  offer_constraints_re2_max_program_size: { kind: "integer", default: "100" },
  offer_timeout: { kind: "duration", help: "Offers not answered for this long are rescinded." },
  port: { kind: "integer", default: "5050", help: "Port to listen on." },
  publish_per_framework_metrics: { kind: "boolean", default: "true" },
  quorum: { kind: "integer", help: "How many masters must take part; required with --zk." },
  rate_limits: { kind: "json" },
  recovery_agent_removal_limit: { kind: "string", default: "100%", alias: "recovery_slave_removal_limit" },
  registry: { kind: "string", default: "replicated_log", help: "replicated_log or in_memory." },
  registry_fetch_timeout: { kind: "duration", default: "1mins" },
  registry_gc_interval: { kind: "duration", default: "15mins" },
  registry_max_agent_age: { kind: "duration", default: "2weeks" },
  registry_max_agent_count: { kind: "integer", default: "102400" },
  registry_store_timeout: { kind: "duration", default: "20secs" },
  registry_strict: { kind: "boolean", default: "false" },
  require_agent_domain: { kind: "boolean", default: "false" },
  role_sorter: { kind: "string", default: "drf", alias: "user_sorter" },
  roles: { kind: "string", help: "Roles that frameworks may have; any, if not given." },
  root_submissions: { kind: "boolean", default: "true", help: "Whether root may submit frameworks." },
  webui_dir: { kind: "string", default: "/usr/local/share/mesos/webui" },
  weights: { kind: "string", help: "role=weight,role=weight" },
  whitelist: { kind: "string" },
  work_dir: { kind: "string", help: "Where the registry is kept." },
  zk: { kind: "string", help: "zk://host:port,host:port/path" },
  zk_session_timeout: { kind: "duration", default: "10secs" },
} as const satisfies FlagTable;

export type MasterFlags = FlagValues<typeof MASTER_FLAGS>;

/** @throws FlagError, also for combinations of flags that cannot be. */
export function loadMasterFlags(args: string[], env: NodeJS.ProcessEnv): LoadedFlags<typeof MASTER_FLAGS> {
  return loadFlags(MASTER_FLAGS, args, env);
}

/** A refusal that Mesos words itself ("EXIT with status 1: …"), undefined if the flags go together. */
export function contradiction(flags: MasterFlags): string | undefined {
  if (flags.registry !== "replicated_log" && flags.registry !== "log_storage" && flags.registry !== "in_memory")
    return `'${flags.registry}' is not a supported option for registry persistence`;
  if (flags.registry !== "in_memory" && flags.work_dir === undefined)
    return "--work_dir needed for replicated log based registry";
  if (flags.registry !== "in_memory" && flags.zk !== undefined && flags.quorum === undefined)
    return "Need to specify --quorum for replicated log based registry when using ZooKeeper";
  if (flags.ip !== undefined && flags.ip_discovery_command !== undefined)
    return "Only one of `--ip` or `--ip_discovery_command` should be specified";
  if (flags.agent_reregister_timeout < 600_000)
    return "Invalid value for --agent_reregister_timeout: Must be at least 10mins";
  if (flags.offer_timeout !== undefined && flags.offer_timeout <= 0)
    return "Invalid value for --offer_timeout: Must be greater than zero";
  return weightsProblem(flags.weights);
}

/** `role=weight` pairs of --weights. Ask `contradiction` first. */
export function parseWeights(text: string | undefined): Map<string, number> {
  const pairs = (text ?? "").split(",").filter((token) => token !== "");
  return new Map(
    pairs.map((token) => {
      const [role = "", weight = ""] = token.split("=");
      return [role, Number(weight)];
    }),
  );
}

function weightsProblem(text: string | undefined): string | undefined {
  for (const token of (text ?? "").split(",").filter((t) => t !== "")) {
    const pair = token.split("=");
    if (pair.length !== 2)
      return `Invalid weight: '${token}'. --weights should be of the form 'role=weight,role=weight'`;
    if (!(Number(pair[1]) > 0)) return `Invalid weight: '${token}'. Weights must be positive`;
  }
  return undefined;
}
