// The roles that anybody has something to do with, and what they hold, for /roles and GET_ROLES.
import { reservationRole } from "../../mesos/reservations.ts";
import { addResources } from "../../mesos/resources.ts";
import type { Resource } from "../../mesos/types.ts";
import type { MasterContext } from "./context.ts";
import { rolesOf } from "./state.ts";

export interface RoleReport {
  name: string;
  weight: number;
  frameworkIds: string[];
  allocated: Resource[];
  offered: Resource[];
  /** Used or not. */
  reserved: Resource[];
  /** What counts for a quota: all that is reserved, and what else is used. */
  consumed: Resource[];
}

/** In the order of their names. */
export function reportRoles(master: MasterContext): RoleReport[] {
  const roles = new Map<string, RoleReport>();
  const role = (name: string): RoleReport => {
    const known = roles.get(name);
    if (known) return known;
    const weight = master.allocator.weights.get(name) ?? 1;
    const report: RoleReport = {
      name,
      weight,
      frameworkIds: [],
      allocated: [],
      offered: [],
      reserved: [],
      consumed: [],
    };
    roles.set(name, report);
    return report;
  };
  for (const name of master.allocator.weights.keys()) role(name);
  for (const framework of master.state.frameworks.values())
    for (const name of rolesOf(framework.info)) role(name).frameworkIds.push(framework.id);
  for (const agent of master.state.agents.values()) {
    for (const resource of [...agent.used.values()].flat()) {
      const report = role(resource.allocation_info?.role ?? "*");
      report.allocated = addResources(report.allocated, [resource]);
      if (reservationRole(resource) === undefined) report.consumed = addResources(report.consumed, [resource]);
    }
    for (const resource of agent.totalResources) {
      const name = reservationRole(resource);
      if (name === undefined) continue;
      const report = role(name);
      report.reserved = addResources(report.reserved, [resource]);
      report.consumed = addResources(report.consumed, [resource]);
    }
  }
  for (const offer of master.state.offers.values()) {
    const report = role(offer.role);
    report.offered = addResources(report.offered, offer.resources);
  }
  return [...roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
