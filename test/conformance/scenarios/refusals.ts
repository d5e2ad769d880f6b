// Launches that a master refuses, and how it tells the framework.
import type { FrameworkInfo, Offer, TaskInfo } from "../../../src/mesos/types.ts";
import { subscribe } from "../probe/framework.ts";
import { launchOne } from "../probe/launch.ts";
import type { Probe } from "../probe/probe.ts";
import { commandTask, freshId, ranges, scalar, smallResources, taskInfo } from "../probe/task.ts";
import { scenario, type Scenario } from "./scenario.ts";

export const refusalScenarios = [
  refused("task-asks-more-than-offered", "a task may not ask for more than was offered", (offer, id) =>
    commandTask(offer, id, "true", { resources: [scalar("cpus", 4000), scalar("mem", 32)] }),
  ),

  refused("task-with-port-not-offered", "a task may not take a port that was not offered", (offer, id) =>
    commandTask(offer, id, "true", { resources: [...smallResources, ranges("ports", 80, 80)] }),
  ),

  refused("task-without-resources", "a task needs resources", (offer, id) =>
    commandTask(offer, id, "true", { resources: [] }),
  ),

  refused("task-without-command-or-executor", "a task needs a command or an executor", (offer, id) =>
    taskInfo(offer, id, {}),
  ),

  refused("task-wrong-agent", "a task must name the agent of the offer", (offer, id) =>
    commandTask(offer, id, "true", { agent_id: { value: "not-the-agent" } }),
  ),

  scenario("task-bad-id", "a task's ID must do as a folder's name", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    await framework.launch(offer, [commandTask(offer, "has/slash", "true")]);
    await framework.follow("has/slash", ["TASK_ERROR", "TASK_LOST"]);
    await framework.teardown();
  }),

  scenario("task-duplicate-id", "an ID that a running task has cannot be used again", async (probe) => {
    const { framework, id, offer } = await launchOne(probe, {
      task: (first, taskId) => commandTask(first, taskId, "sleep 60"),
      until: ["TASK_RUNNING"],
    });
    const { event } = await framework.stream.wait(
      (one) => one.type === "OFFERS" && one.offers.offers[0]?.id.value !== offer.id.value,
    );
    const [second] = event.type === "OFFERS" ? event.offers.offers : [];
    if (second === undefined) throw new Error("an OFFERS event without an offer");
    await framework.launch(second, [commandTask(second, id, "true")]);
    await framework.follow(id, ["TASK_ERROR", "TASK_LOST"]);
    await framework.teardown();
  }),

  scenario("task-used-offer", "an offer can be accepted once", (probe) => useTwice(probe, {})),

  scenario(
    "task-used-offer-partition-aware",
    "the second use of an offer is TASK_DROPPED to a framework that knows that state",
    (probe) => useTwice(probe, { capabilities: [{ type: "PARTITION_AWARE" }] }),
  ),
];

function refused(name: string, behaviour: string, task: (offer: Offer, id: string) => TaskInfo): Scenario {
  return scenario(name, behaviour, async (probe) => {
    const { framework } = await launchOne(probe, { task, until: ["TASK_ERROR", "TASK_LOST"] });
    await framework.teardown();
  });
}

async function useTwice(probe: Probe, info: Partial<FrameworkInfo>): Promise<void> {
  const { framework, offer } = await launchOne(probe, {
    task: (first, id) => commandTask(first, id, "true"),
    until: ["TASK_FINISHED"],
    info,
  });
  const again = freshId("again");
  probe.hide(again, "<TASK2>");
  await framework.launch(offer, [commandTask(offer, again, "true")], { label: "call ACCEPT with a used offer" });
  await framework.follow(again, ["TASK_LOST", "TASK_ERROR", "TASK_DROPPED"]);
  await framework.teardown();
}
