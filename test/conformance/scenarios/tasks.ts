// Life of a command task: updates, failures, kills, acknowledgement, reconciliation.
import type { FrameworkInfo, Offer } from "../../../src/mesos/types.ts";
import { subscribe, updateOf } from "../probe/framework.ts";
import { launchOne } from "../probe/launch.ts";
import type { Probe } from "../probe/probe.ts";
import { readFile, sandboxOf } from "../probe/sandbox.ts";
import { statusOf } from "../probe/shape.ts";
import { commandTask, freshId, ranges, smallResources, taskInfo } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

const partitionAware = { capabilities: [{ type: "PARTITION_AWARE" }] };

export const taskScenarios = [
  scenario("task-finishes", "a command that ends with 0 is TASK_FINISHED", async (probe) => {
    await launchOne(probe, {
      task: (offer, id) => commandTask(offer, id, "echo hello; sleep 1"),
      until: ["TASK_FINISHED"],
    });
  }),

  scenario("task-fails-with-exit-code", "another exit status is TASK_FAILED and is told", async (probe) => {
    await launchOne(probe, { task: (offer, id) => commandTask(offer, id, "exit 7"), until: ["TASK_FAILED"] });
  }),

  scenario("task-killed-by-signal", "a command that a signal ends is TASK_FAILED", async (probe) => {
    await launchOne(probe, { task: (offer, id) => commandTask(offer, id, "kill -9 $$"), until: ["TASK_FAILED"] });
  }),

  scenario("task-killed-by-framework", "KILL makes a running task TASK_KILLED", async (probe) => {
    const { framework, id, offer } = await launchSleeper(probe);
    await framework.call({ type: "KILL", kill: { task_id: { value: id }, agent_id: offer.agent_id } });
    await framework.follow(id, ["TASK_KILLED"]);
  }),

  scenario("task-kill-without-agent-id", "KILL finds the agent of a task by itself", async (probe) => {
    const { framework, id } = await launchSleeper(probe);
    await framework.call({ type: "KILL", kill: { task_id: { value: id } } });
    await framework.follow(id, ["TASK_KILLED"]);
  }),

  scenario("task-kill-unknown", "KILL of an unknown task is TASK_LOST", (probe) => killUnknown(probe, {})),

  scenario(
    "task-partition-aware-kill-unknown",
    "KILL of an unknown task is TASK_UNKNOWN to a framework that knows that state",
    (probe) => killUnknown(probe, partitionAware),
  ),

  scenario("task-argv-without-shell", "a command without a shell has its arguments and variables", async (probe) => {
    const command = {
      shell: false,
      value: "/bin/sh",
      arguments: ["sh", "-c", 'test "$GREETING" = hi'],
      environment: { variables: [{ name: "GREETING", value: "hi" }] },
    };
    await launchOne(probe, {
      task: (offer, id) => taskInfo(offer, id, { command }),
      until: ["TASK_FINISHED", "TASK_FAILED"],
    });
  }),

  scenario("task-environment", "a task finds Mesos's variables, and itself in its sandbox", async (probe) => {
    const names = "env | cut -d= -f1 | grep -E '^(MESOS|LIBPROCESS)' | sort > names";
    const folder = 'test "$(pwd)" = "$MESOS_SANDBOX" && echo same > cwd';
    const { id } = await launchOne(probe, {
      task: (offer, taskId) => commandTask(offer, taskId, `${names}; ${folder}`),
      until: ["TASK_FINISHED", "TASK_FAILED"],
    });
    const sandbox = await sandboxOf(probe, id);
    probe.note("MESOS_* and LIBPROCESS_* names", (await readFile(probe, `${sandbox}/names`)).trim().split("\n"));
    probe.note("working directory is $MESOS_SANDBOX", (await readFile(probe, `${sandbox}/cwd`)).trim() === "same");
  }),

  scenario("task-with-ports", "a task gets ports of the offer", async (probe) => {
    const resources = [...smallResources, ranges("ports", 9001, 9002)];
    await launchOne(probe, {
      task: (offer, id) => commandTask(offer, id, "true", { resources }),
      until: ["TASK_FINISHED"],
    });
  }),

  scenario("task-many-on-one-offer", "several tasks run on one offer", async (probe) => {
    const framework = await subscribe(probe);
    const offer = await framework.offer();
    const ids = [1, 2, 3, 4, 5].map((number) => freshId(`many-${number}`));
    ids.forEach((id, index) => probe.hide(id, `<TASK-${index + 1}>`));
    await framework.launch(
      offer,
      ids.map((id) => commandTask(offer, id, "sleep 1")),
    );
    const finalState = async (id: string) => {
      for (;;) {
        const { state } = await framework.nextUpdate(id, 30_000);
        if (/FINISHED|FAILED|LOST|ERROR/.test(state)) return state;
      }
    };
    probe.note("final states", await Promise.all(ids.map(finalState)));
    await framework.teardown();
  }),

  scenario(
    "task-unacknowledged-update-is-resent",
    "an update is sent again until it is acknowledged",
    async (probe) => {
      const framework = await subscribe(probe);
      const offer = await framework.offer();
      const id = freshId("task");
      await framework.launch(offer, [commandTask(offer, id, "sleep 60")]);
      const first = await framework.stream.wait((event) => updateOf(event, id) !== undefined);
      const again = await framework.stream.wait((event) => updateOf(event, id) !== undefined && event !== first.event, {
        limitMs: 60_000,
      });
      const [one, two] = [updateOf(first.event, id), updateOf(again.event, id)];
      const seconds = Math.round((again.atMs - first.atMs) / 1000);
      const states = framework.stream.events.flatMap((event) => updateOf(event, id)?.state ?? []);
      probe.note("same update again", one?.uuid === two?.uuid && one?.state === two?.state);
      probe.note("after about 10 s", seconds >= 8 && seconds <= 12);
      probe.note("no later state is sent before it is acknowledged", new Set(states).size === 1);
      await framework.teardown();
    },
  ),

  scenario("task-teardown-kills-tasks", "TEARDOWN kills the framework's tasks", async (probe) => {
    const { framework, id } = await launchSleeper(probe);
    await framework.call({ type: "TEARDOWN" });
    const finalState = async () => {
      const { completed_frameworks } = await probe.masterState();
      const completed = completed_frameworks.find((one) => one.id === framework.id);
      return [...(completed?.completed_tasks ?? []), ...(completed?.tasks ?? [])].find((task) => task.id === id)?.state;
    };
    await probe.comesTrue(async () => (await finalState()) !== undefined);
    await probe.get("master", "/state", { show: false });
    probe.note("final task state", await finalState());
  }),

  scenario("task-reconcile-explicit", "RECONCILE tells the state of each task that is named", async (probe) => {
    const { framework, id, offer } = await launchSleeper(probe);
    const since = framework.stream.mark();
    const tasks = [
      { task_id: { value: id }, agent_id: offer.agent_id },
      { task_id: { value: "ghost" } },
      { task_id: { value: "ghost2" }, agent_id: { value: "no-such-agent" } },
    ];
    await framework.call({ type: "RECONCILE", reconcile: { tasks } });
    for (const taskId of [id, "ghost", "ghost2"]) {
      const update = await framework.stream.waitOrNone((event) => updateOf(event, taskId) !== undefined, {
        limitMs: 60_000,
        since,
      });
      const status = update && updateOf(update.event, taskId);
      probe.note(`reconciled ${taskId}`, status && statusOf(status));
    }
    await framework.teardown();
  }),

  scenario("task-reconcile-implicit", "RECONCILE without names tells of every task", async (probe) => {
    const { framework, id } = await launchSleeper(probe);
    const since = framework.stream.mark();
    await framework.call({ type: "RECONCILE", reconcile: { tasks: [] } });
    const { event } = await framework.stream.wait((one) => updateOf(one, id) !== undefined, { limitMs: 60_000, since });
    const status = updateOf(event, id);
    probe.note("reconciled", status && statusOf(status));
    await framework.teardown();
  }),

  scenario("task-survives-framework-failover", "tasks run on while their framework is away", async (probe) => {
    const info = { failover_timeout: 60 };
    const { framework, id } = await launchSleeper(probe, info);
    framework.stream.close();
    const disconnected = async () =>
      (await probe.masterState()).frameworks.some((one) => one.id === framework.id && !one.connected);
    await probe.comesTrue(disconnected);
    const back = await subscribe(probe, info, framework.id);
    await back.send({ type: "RECONCILE", reconcile: { tasks: [] } });
    const { event } = await back.stream.wait((one) => updateOf(one, id) !== undefined, { limitMs: 60_000 });
    probe.note("still", updateOf(event, id)?.state);
    await back.teardown();
  }),
];

/** A task that runs until it is killed, followed to TASK_RUNNING. */
async function launchSleeper(probe: Probe, info: Partial<FrameworkInfo> = {}) {
  const task = (offer: Offer, id: string) => commandTask(offer, id, "sleep 300");
  return await launchOne(probe, { task, until: ["TASK_RUNNING"], info });
}

async function killUnknown(probe: Probe, info: Partial<FrameworkInfo>): Promise<void> {
  const framework = await subscribe(probe, info);
  await framework.offers();
  await framework.call({ type: "KILL", kill: { task_id: { value: "no-such-task" } } });
  await framework.follow("no-such-task", ["TASK_LOST", "TASK_GONE", "TASK_UNKNOWN"], 8_000);
  await framework.teardown();
}
