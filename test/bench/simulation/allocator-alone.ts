// The allocator without a master: one allocation over all agents, in the processor time of this process.
import { Allocator } from "../../../src/engine/allocator/allocator.ts";
import { rangesResource, scalarResource } from "../../../src/mesos/resources.ts";
import { AGENT_CPUS, AGENT_MEM } from "./simulated-agent.ts";

/** As many milliseconds as decisions on all agents take, all of which are free and wanted by all frameworks. */
export function allocateOnce(size: { agents: number; frameworks: number }): number {
  const allocator = new Allocator();
  for (let index = 0; index < size.agents; index++) {
    const ports = rangesResource("ports", [{ begin: 31_000, end: 32_000 }]);
    allocator.setAgent(`S${index}`, [scalarResource("cpus", AGENT_CPUS), scalarResource("mem", AGENT_MEM), ports]);
  }
  for (let index = 0; index < size.frameworks; index++)
    allocator.setFramework({
      ...{ id: `F${index}`, roles: [`role-${index % 10}`], suppressedRoles: [], gpuAware: false },
    });
  const before = process.cpuUsage();
  const { length } = allocator.allocate(allocator.agentIds, 0);
  const { user, system } = process.cpuUsage(before);
  if (length !== size.agents) throw new Error(`Only ${length} of ${size.agents} agents were allocated`);
  return (user + system) / 1000;
}
