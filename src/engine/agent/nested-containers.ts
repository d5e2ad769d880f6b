// Containers inside those of default executors, as the agent knows them from the updates of the tasks in them.
import type { Clock } from "../common/clock.ts";
import type { Agent } from "./agent.ts";
import { limitsIn } from "./usage.ts";

/** As GET_CONTAINERS lists them with `show_nested`: by their own ID, and without a framework. */
export function nestedContainers(agent: Agent, clock: Clock): Record<string, unknown>[] {
  const tasks = agent.book.executors().flatMap((executor) => [...executor.launched.values()]);
  return tasks.flatMap(({ statuses, resources }) => {
    const { container_id: id, executor_pid: pid } = statuses.at(-1)?.container_status ?? {};
    if (id?.parent === undefined || pid === undefined) return [];
    return {
      container_id: { value: id.value },
      container_status: { container_id: id, executor_pid: pid },
      resource_statistics: limitsIn(resources, clock.nowMs() / 1000),
    };
  });
}
