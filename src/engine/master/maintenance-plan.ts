// Which machines are to be maintained, and when (docs/maintenance.md): what an operator may ask for, in Mesos's words.
import { isIPv4 } from "node:net";
import type { Unavailability } from "../../mesos/types.ts";

export interface MachineId {
  hostname?: string;
  ip?: string;
}

export interface Schedule {
  windows?: { machine_ids?: MachineId[]; unavailability: Unavailability }[];
}

/** Draining until its operator says that it is down, which is what it is until he says that it is up. */
export interface Machine {
  id: MachineId;
  isDown: boolean;
  unavailability: Unavailability;
}

/** What is known of a machine, and whose name is written how, does not matter for which one it is. */
const keyOf = ({ hostname = "", ip = "" }: MachineId): string => `${hostname.toLowerCase()} ${ip}`;

/** A schedule, and which of its machines are down. Another schedule is another plan, which knows the machines of this one. */
export class MaintenancePlan {
  readonly schedule: Schedule;
  readonly down: readonly MachineId[];
  readonly #machines = new Map<string, Machine>();
  /** That are, or were, in a schedule or an agent's. */
  readonly #known: Set<string>;

  constructor(schedule: Schedule = {}, down: readonly MachineId[] = [], former?: MaintenancePlan) {
    this.schedule = schedule;
    this.down = down;
    this.#known = former ? former.#known : new Set();
    const downKeys = new Set(down.map(keyOf));
    for (const { machine_ids: ids = [], unavailability } of schedule.windows ?? []) {
      for (const id of ids) {
        this.know(id);
        this.#machines.set(keyOf(id), { id, isDown: downKeys.has(keyOf(id)), unavailability });
      }
    }
  }

  get machines(): Iterable<Machine> {
    return this.#machines.values();
  }

  /** An agent runs on it. */
  know(id: MachineId): void {
    this.#known.add(keyOf(id));
  }

  find(id: MachineId): Machine | undefined {
    return this.#machines.get(keyOf(id));
  }

  /** Why this cannot be the schedule from now on. */
  scheduleProblem({ windows = [] }: Schedule): string | undefined {
    const all: MachineId[] = [];
    for (const { machine_ids: ids = [], unavailability } of windows) {
      if (ids.length === 0) return "List of machines in the maintenance window is empty";
      all.push(...ids);
      const problem = idsProblem(all);
      if (problem !== undefined) return problem;
      if ((unavailability.duration?.nanoseconds ?? 0) < 0) return "Unavailability 'duration' is negative";
    }
    const kept = new Set(all.map(keyOf));
    const removed = this.down.find((id) => !kept.has(keyOf(id)));
    return removed && `Machine '${shown(removed)}' is deactivated and cannot be removed from the schedule`;
  }

  /** Why these machines cannot go down, or up. */
  changeProblem(ids: readonly MachineId[], to: "down" | "up"): string | undefined {
    if (ids.length === 0) return "List of machines is empty";
    const problem = idsProblem(ids);
    if (problem !== undefined) return problem;
    for (const id of ids) {
      const machine = this.find(id);
      if (!this.#known.has(keyOf(id))) return `Machine '${shown(id)}' is not part of a maintenance schedule`;
      if (to === "down" && machine?.isDown !== false)
        return `Machine '${shown(id)}' is not in DRAINING mode and cannot be brought down`;
      if (to === "up" && machine?.isDown !== true)
        return `Machine '${shown(id)}' is not in DOWN mode and cannot be brought up`;
    }
    return undefined;
  }

  withSchedule(schedule: Schedule): MaintenancePlan {
    return new MaintenancePlan((schedule.windows ?? []).length > 0 ? schedule : {}, this.down, this);
  }

  withDown(ids: readonly MachineId[]): MaintenancePlan {
    return new MaintenancePlan(this.schedule, [...this.down, ...ids], this);
  }

  /** They are maintained: the schedule has them no more. */
  without(ids: readonly MachineId[]): MaintenancePlan {
    const gone = new Set(ids.map(keyOf));
    const stays = (id: MachineId): boolean => !gone.has(keyOf(id));
    const windows = (this.schedule.windows ?? [])
      .map((window) => ({ ...window, machine_ids: (window.machine_ids ?? []).filter(stays) }))
      .filter(({ machine_ids: ids }) => ids.length > 0);
    return new MaintenancePlan(windows.length > 0 ? { windows } : {}, this.down.filter(stays), this);
  }
}

function idsProblem(ids: readonly MachineId[]): string | undefined {
  const seen = new Set<string>();
  for (const id of ids) {
    const { hostname = "", ip = "" } = id;
    if (hostname === "" && ip === "") return "Both 'hostname' and 'ip' for a machine are empty";
    if (ip !== "" && !isIPv4(ip)) return `Failed to parse IPv4: ${ip}`;
    if (seen.has(keyOf(id))) return `Machine '${shown(id)}' appears more than once in the schedule`;
    seen.add(keyOf(id));
  }
  return undefined;
}

const shown = ({ hostname, ip }: MachineId): string => JSON.stringify({ hostname, ip });
