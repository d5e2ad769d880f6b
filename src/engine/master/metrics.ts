// /metrics/snapshot: the master's numbers under Mesos's names (docs/monitoring.md).
import { increase, quantitiesOf, type Quantities } from "../allocator/quantities.ts";
import type { TaskState } from "../../mesos/types.ts";
import { inSlices } from "../common/turns.ts";
import type { MasterContext } from "./context.ts";
import type { Leadership } from "./leadership.ts";
import { isActive, isConnected, type MasterState } from "./state.ts";

type Pause = ReturnType<typeof inSlices>;

const COUNTERS = [
  "dropped_messages",
  "event_queue_dispatches",
  "event_queue_http_requests",
  "event_queue_messages",
  "http_cache_hits",
  "invalid_executor_to_framework_messages",
  "invalid_framework_to_executor_messages",
  "invalid_operation_status_update_acknowledgements",
  "invalid_operation_status_updates",
  "invalid_status_update_acknowledgements",
  "invalid_status_updates",
  "messages_authenticate",
  "messages_deactivate_framework",
  "messages_decline_offers",
  "messages_executor_to_framework",
  "messages_exited_executor",
  "messages_framework_to_executor",
  "messages_kill_task",
  "messages_launch_tasks",
  "messages_operation_status_update",
  "messages_operation_status_update_acknowledgement",
  "messages_reconcile_operations",
  "messages_reconcile_tasks",
  "messages_register_framework",
  "messages_register_slave",
  "messages_reregister_framework",
  "messages_reregister_slave",
  "messages_resource_request",
  "messages_revive_offers",
  "messages_status_update",
  "messages_status_update_acknowledgement",
  "messages_suppress_offers",
  "messages_unregister_framework",
  "messages_unregister_slave",
  "messages_update_slave",
  "recovery_slave_removals",
  "slave_registrations",
  "slave_removals",
  "slave_removals/reason_registered",
  "slave_removals/reason_unhealthy",
  "slave_removals/reason_unregistered",
  "slave_reregistrations",
  "slave_shutdowns_canceled",
  "slave_shutdowns_completed",
  "slave_shutdowns_scheduled",
  "slave_unreachable_canceled",
  "slave_unreachable_completed",
  "slave_unreachable_scheduled",
  "tasks_dropped",
  "tasks_error",
  "tasks_failed",
  "tasks_finished",
  "tasks_gone",
  "tasks_gone_by_operator",
  "tasks_killed",
  "tasks_lost",
  "valid_executor_to_framework_messages",
  "valid_framework_to_executor_messages",
  "valid_operation_status_update_acknowledgements",
  "valid_operation_status_updates",
  "valid_status_update_acknowledgements",
  "valid_status_updates",
] as const;

const OPERATIONS = [
  "create",
  "create_disk",
  "destroy",
  "destroy_disk",
  "grow_volume",
  "reserve",
  "shrink_volume",
  "unreserve",
];
const OPERATION_STATES = [
  "dropped",
  "error",
  "failed",
  "finished",
  "gone_by_operator",
  "pending",
  "recovering",
  "total",
  "unreachable",
];

/** Names and values of this moment, in the order of their names. In a large cluster the moment has several turns. */
export async function snapshotMetrics(
  master: MasterContext,
  leadership: Leadership,
  startedMs: number,
): Promise<Record<string, number>> {
  const pause = inSlices();
  const values = new Map<string, number>([
    ...COUNTERS.map((name): [string, number] => [`master/${name}`, master.counters.get(name)]),
    ...operationMetrics(master),
    ...(await gauges(master.state, pause)),
    ...(await resourceMetrics(master, pause)),
    ["master/elected", leadership.elected ? 1 : 0],
    ["master/uptime_secs", (master.clock.nowMs() - startedMs) / 1000],
    ["allocator/event_queue_dispatches", 0],
    ["allocator/mesos/event_queue_dispatches", 0],
    ["allocator/mesos/allocation_runs", master.runner.runs],
    ["allocator/mesos/allocation_run_ms", master.runner.lastRunMs],
    ["allocator/mesos/allocation_run_latency_ms", master.runner.lastRunMs],
    ...replicaMetrics(master),
    ["registrar/queued_operations", master.registrar.queued],
    ["registrar/registry_size_bytes", master.registrar.sizeBytes],
    ["registrar/state_fetch_ms", master.registrar.fetchMs],
    ["registrar/state_store_ms", master.registrar.storeMs],
  ]);
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** None with --registry=in_memory, as in Mesos. */
function replicaMetrics({ registrar: { replicas } }: MasterContext): [string, number][] {
  if (replicas === undefined) return [];
  return [
    ["registrar/log/ensemble_size", replicas.size],
    ["registrar/log/recovered", replicas.hasRecovered ? 1 : 0],
  ];
}

function operationMetrics(master: MasterContext): [string, number][] {
  const names = OPERATION_STATES.flatMap((state) => [
    `operations/${state}`,
    ...OPERATIONS.map((operation) => `operations/${operation}/${state}`),
  ]);
  return names.map((name) => [`master/${name}`, master.counters.get(name)]);
}

async function gauges(state: MasterState, pause: Pause): Promise<[string, number][]> {
  const frameworks = [...state.frameworks.values()];
  const agents = [...state.agents.values()];
  const connected = frameworks.filter(isConnected).length;
  const active = agents.filter(isActive).length;
  const linked = agents.filter((agent) => agent.link).length;
  const counts: Partial<Record<TaskState, number>> = {};
  for (const framework of frameworks) {
    const due = pause();
    if (due) await due;
    for (const { state: taskState } of framework.tasks.values()) counts[taskState] = (counts[taskState] ?? 0) + 1;
  }
  const unreachableTasks = frameworks.reduce((sum, framework) => sum + framework.unreachableTasks.size, 0);
  return [
    ["master/frameworks_active", connected],
    ["master/frameworks_connected", connected],
    ["master/frameworks_disconnected", frameworks.length - connected],
    ["master/frameworks_inactive", frameworks.length - connected],
    ["master/outstanding_offers", state.offers.size],
    ["master/slaves_active", active],
    ["master/slaves_connected", linked],
    ["master/slaves_disconnected", agents.length - linked],
    ["master/slaves_inactive", agents.length - active],
    ["master/slaves_unreachable", state.unreachableAgents.size],
    ["master/tasks_staging", counts.TASK_STAGING ?? 0],
    ["master/tasks_starting", counts.TASK_STARTING ?? 0],
    ["master/tasks_running", counts.TASK_RUNNING ?? 0],
    ["master/tasks_killing", counts.TASK_KILLING ?? 0],
    ["master/tasks_unreachable", unreachableTasks],
  ];
}

/** What is held and what is offered on all agents. */
async function taken({ agents }: MasterState, pause: Pause): Promise<Record<"used" | "offered", Quantities>> {
  const sums = { used: new Map<string, number>(), offered: new Map<string, number>() };
  for (const agent of agents.values()) {
    const due = pause();
    if (due) await due;
    for (const resources of agent.used.values()) increase(sums.used, quantitiesOf(resources));
    for (const { resources } of agent.offers) increase(sums.offered, quantitiesOf(resources));
  }
  return sums;
}

async function resourceMetrics(master: MasterContext, pause: Pause): Promise<[string, number][]> {
  const { used, offered } = await taken(master.state, pause);
  const total = master.allocator.totalQuantities;
  return ["cpus", "mem", "disk", "gpus"].flatMap((name): [string, number][] => {
    const [all, inUse, inOffers] = [total, used, offered].map((quantities) => (quantities.get(name) ?? 0) / 1000);
    const held = (inUse ?? 0) + (inOffers ?? 0);
    return [
      [`master/${name}_total`, all ?? 0],
      [`master/${name}_used`, inUse ?? 0],
      [`master/${name}_percent`, all ? (inUse ?? 0) / all : 0],
      [`master/${name}_revocable_total`, 0],
      [`master/${name}_revocable_used`, 0],
      [`master/${name}_revocable_percent`, 0],
      ...(name === "gpus"
        ? []
        : ([
            [`allocator/mesos/resources/${name}/total`, all ?? 0],
            [`allocator/mesos/resources/${name}/offered_or_allocated`, held],
          ] as [string, number][])),
    ];
  });
}
