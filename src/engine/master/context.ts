// What every part of the master works with. One object, made once by the program or by a test.
import type { MasterInfo, Resource, TaskState } from "../../mesos/types.ts";
import type { Allocation } from "../allocator/allocation.ts";
import type { Allocator } from "../allocator/allocator.ts";
import type { Clock } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import type { AllocationRunner } from "./allocation-runner.ts";
import type { Counters } from "./counters.ts";
import type { OperatorEvents } from "./operator-events.ts";
import type { MasterFlags } from "./flags.ts";
import type { Registrar } from "./registrar.ts";
import type { Agent, Framework, MasterState } from "./state.ts";

export interface MasterContext {
  readonly info: MasterInfo;
  readonly flags: MasterFlags;
  readonly state: MasterState;
  readonly allocator: Allocator;
  readonly runner: AllocationRunner;
  readonly registrar: Registrar;
  readonly counters: Counters;
  readonly events: OperatorEvents;
  readonly clock: Clock;
  readonly log: Log;
  /** A random UUID in its usual form. */
  readonly newUuid: () => string;
}

/** The state for a task that is not known, or was not launched: frameworks that are not PARTITION_AWARE only know TASK_LOST. */
export function lostOr(partitionAware: boolean, state: TaskState): TaskState {
  return partitionAware ? state : "TASK_LOST";
}

/** One allocation per role among resources that carry `allocation_info`. */
export function allocationsOf(framework: Framework, agent: Agent, resources: readonly Resource[]): Allocation[] {
  const byRole = new Map<string, Resource[]>();
  for (const { allocation_info: allocation, ...resource } of resources) {
    const role = allocation?.role ?? "*";
    byRole.set(role, [...(byRole.get(role) ?? []), resource]);
  }
  return [...byRole].map(([role, held]) => ({ frameworkId: framework.id, agentId: agent.id, role, resources: held }));
}
