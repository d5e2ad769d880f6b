// A framework of one's own: runs a command a number of times, each time as a task, and gives back how the tasks ended.
import { createScheduler, isTerminal, type Offer, type TaskInfo } from "../src/index.ts";

export async function runBatch(master: string, command: string, count: number): Promise<Record<string, string>> {
  await using scheduler = createScheduler({ master, name: "batch" });
  const waiting = Array.from({ length: count }, (_, i) => `task-${i + 1}`);
  const ended: Record<string, string> = {};
  await scheduler.run({
    async offers(offers) {
      for (const offer of offers) {
        const ids = waiting.splice(0, Math.floor(amountOf(offer, "cpus") / 0.1));
        if (ids.length === 0) await scheduler.decline([offer]);
        else
          await scheduler.launch(
            offer,
            ids.map((id) => taskOf(id, command, offer)),
          );
      }
    },
    async update({ task_id, state }) {
      if (isTerminal(state)) ended[task_id.value] = state;
      if (Object.keys(ended).length === count) await scheduler.teardown();
    },
  });
  return ended;
}

function taskOf(id: string, command: string, { agent_id }: Offer): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id,
    command: { value: command, shell: true },
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
      { name: "mem", type: "SCALAR", scalar: { value: 16 } },
    ],
  };
}

function amountOf({ resources = [] }: Offer, name: string): number {
  return resources.reduce((sum, one) => sum + (one.name === name ? (one.scalar?.value ?? 0) : 0), 0);
}
