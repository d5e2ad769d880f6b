// A framework made with the npm package mesos-framework, in a process of its own since the package ends the process when it
// despairs. Prints what it is told, one JSON object a line: node mesos-framework.mjs MASTER [ZOOKEEPER], both host:port.
import { mkdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import framework from "mesos-framework";

const { Scheduler, Mesos } = framework;
const mesos = Mesos.getMesos();
const [master = "", zkUrl] = process.argv.slice(2);
const [masterUrl, port] = master.split(":");
const say = (event, what = {}) => process.stdout.write(`${JSON.stringify({ event, ...what })}\n`);

// Its logger opens a file in a folder that it does not make.
mkdirSync("logs", { recursive: true });
const scheduler = new Scheduler({
  ...{ masterUrl, port, useZk: zkUrl !== undefined, zkUrl, frameworkName: "foreign" },
  // Without its heartbeats it takes a master for gone after 10 seconds, which is less than the time between two of them.
  masterConnectionTimeout: 60,
  logging: { level: "error" },
  tasks: { short: task("echo $GREETING", 2, 1), long: task("sleep 1000", 1, 2) },
});

function task(command, instances, priority) {
  const variables = [new mesos.Environment.Variable("GREETING", "hello")];
  const commandInfo = new mesos.CommandInfo(null, new mesos.Environment(variables), true, command, null, null);
  return { priority, instances, commandInfo, resources: { cpus: 0.1, mem: 32, ports: 1, disk: 0 } };
}

let finished = 0;
let running;
let tornDown = false;
scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("subscribed", ({ frameworkId }) => say("subscribed", { frameworkId }));
scheduler.on("offers", ({ offers }) => say("offers", { count: offers.length }));
scheduler.on("update", ({ status }) => {
  const { task_id: taskId, agent_id: agentId, state, message } = status;
  const name = taskId.value.split(".")[1];
  say("update", { task: name, state, ...(message === undefined ? {} : { message }) });
  if (state === "TASK_FINISHED") finished++;
  if (state === "TASK_RUNNING" && name === "long-1") running = { taskId: taskId.value, agentId: agentId.value };
  if (finished === 2 && running !== undefined) {
    scheduler.kill(running.taskId, running.agentId);
    running = undefined;
  }
  if (state === "TASK_KILLED") scheduler.once("sent_acknowledge", () => scheduler.teardown());
});
scheduler.on("sent_teardown", async () => {
  tornDown = true;
  say("torn down");
  if (zkUrl === undefined) process.exit(0);
  // It writes the framework's ID to ZooKeeper at its leisure.
  for (;;) {
    const stored = await new Promise((resolve) =>
      scheduler.zkClient.getData(`${scheduler.zkServicePath}/framework-id`, (error, data) =>
        resolve(error ? undefined : data),
      ),
    );
    if (stored?.toString() === scheduler.frameworkId) break;
    await setTimeout(50);
  }
  say("stored", { frameworkId: scheduler.frameworkId });
  process.exit(0);
});
scheduler.on("error", (error) => {
  const message = error?.message ?? String(error);
  // It subscribes again whenever a stream ends, be it that it has torn the framework down itself.
  if (tornDown || message === "Long-running connection was closed!") return;
  say("error", { message });
});
