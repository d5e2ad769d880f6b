// LAUNCH_NESTED_CONTAINER_SESSION and what belongs to it: a command in the container of a task, with its input and output.
import { randomUUID } from "node:crypto";
import { encodeRecord } from "../../../src/mesos/recordio.ts";
import { OPERATOR_PATH } from "../../../src/mesos/scheduler-api.ts";
import type { CommandInfo, ContainerID, ContainerInfo } from "../../../src/mesos/types.ts";
import { ContainerInput, ContainerSession, STREAM_HEADERS } from "../probe/container-session.ts";
import { launchOne, type Launched } from "../probe/launch.ts";
import type { Probe } from "../probe/probe.ts";
import { sandboxOf } from "../probe/sandbox.ts";
import { commandTask } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

interface Beside extends Launched {
  /** Of the task. */
  containerId: string;
}

const shell = (value: string): CommandInfo => ({ value });

export const sessionScenarios = [
  scenario("session-output", "a command in a task's container tells what it writes, and how it ends", async (probe) => {
    const task = await launchBeside(probe);
    const id = nested(task);
    const session = await ContainerSession.open(probe, launch(id, shell("echo out; echo err >&2; read x; exit 3")));
    await session.wrote("err\n");
    await about(probe, "REMOVE_CONTAINER", id);
    const waiting = about(probe, "WAIT_NESTED_CONTAINER", id);
    const input = new ContainerInput(probe, id);
    input.type("\n");
    input.end();
    const { headers, ...output } = await session.output;
    await waiting;
    probe.note("types of the answer", [headers["content-type"], headers["message-content-type"]]);
    probe.note("what it wrote", output);
    await about(probe, "WAIT_CONTAINER", id);
    await about(probe, "KILL_CONTAINER", id);
    await about(probe, "REMOVE_CONTAINER", id);
    await about(probe, "WAIT_CONTAINER", id);
    await task.framework.teardown();
  }),

  scenario("session-environment", "such a command has the task's folder and variables", async (probe) => {
    const task = await launchBeside(probe);
    const command = {
      ...shell('pwd; echo "$MESOS_SANDBOX"; echo "$OF_TASK $OWN"'),
      environment: { variables: [{ name: "OWN", value: "own" }] },
    };
    const session = await ContainerSession.open(probe, launch(nested(task), command));
    const sandbox = await sandboxOf(probe, task.id);
    const { stdout, stderr } = await session.output;
    probe.note("what it wrote", { stdout: stdout.replaceAll(sandbox, "<SANDBOX>"), stderr });
    await task.framework.teardown();
  }),

  scenario("session-input", "one connection at a time gives such a command its input", async (probe) => {
    const task = await launchBeside(probe);
    const id = nested(task);
    const session = await ContainerSession.open(probe, launch(id, shell("cat; echo done")));
    const first = new ContainerInput(probe, id);
    first.type("one\n");
    await session.wrote("one\n");
    const second = new ContainerInput(probe, id);
    second.end();
    probe.note("another connection", await second.answer);
    first.end();
    probe.note("the end of the connection", await first.answer);
    const third = new ContainerInput(probe, id);
    third.type("two\n");
    third.send({
      type: "PROCESS_IO",
      process_io: { type: "CONTROL", control: { type: "HEARTBEAT", heartbeat: { interval: { nanoseconds: 3e10 } } } },
    });
    third.type("");
    const { stdout, stderr } = await session.output;
    probe.note("what it wrote", { stdout, stderr });
    probe.note("the end of the command", await third.answer);
    await about(probe, "WAIT_CONTAINER", id);
    await task.framework.teardown();
  }),

  scenario("session-terminal", "on a terminal such a command has a window and hears of Ctrl-C", async (probe) => {
    const task = await launchBeside(probe);
    const id = nested(task);
    const terminal = { type: "MESOS" as const, tty_info: { window_size: { rows: 30, columns: 90 } } };
    const command = shell("trap 'echo interrupted; exit 5' INT; read x; stty size; echo err >&2; read y");
    const session = await ContainerSession.open(probe, launch(id, command, terminal));
    const input = new ContainerInput(probe, id);
    input.resize(20, 70);
    input.type("typed\n");
    await session.wrote("err\r\n");
    input.type("\u0003");
    await session.wrote("interrupted\r\n");
    const { stdout, stderr } = await session.output;
    probe.note("what it wrote", { stdout, stderr });
    input.end();
    await about(probe, "WAIT_CONTAINER", id);
    await task.framework.teardown();
  }),

  scenario("session-ends-with-its-connection", "who hangs up, and who kills, ends such a command", async (probe) => {
    const task = await launchBeside(probe);
    const left = nested(task);
    const session = await ContainerSession.open(probe, launch(left, shell("echo begun; exec sleep 1000")));
    await session.wrote("begun\n");
    session.hangUp();
    await about(probe, "WAIT_CONTAINER", left);
    const killed = nested(task);
    const other = await ContainerSession.open(probe, launch(killed, shell("echo begun; exec sleep 1000")));
    await other.wrote("begun\n");
    const second = await ContainerSession.open(probe, {
      type: "ATTACH_CONTAINER_OUTPUT",
      attach_container_output: { container_id: killed },
    });
    await refused(probe, launch(killed, shell("true")), "the same ID again");
    await about(probe, "KILL_NESTED_CONTAINER", killed);
    await about(probe, "WAIT_NESTED_CONTAINER", killed);
    probe.note("another who is attached", (await second.output).status);
    await other.output;
    await task.framework.teardown();
  }),

  scenario(
    "session-exit-statuses",
    "signals, missing programs and commands that say nothing have theirs",
    async (probe) => {
      const task = await launchBeside(probe);
      const commands: CommandInfo[] = [
        shell("kill -9 $$"),
        shell("sleep 1000 & echo now"),
        { shell: false, value: "/no/such/program", arguments: ["program"] },
        {},
        { shell: false },
      ];
      for (const command of commands) {
        const id = nested(task);
        const { stdout, stderr } = await (await ContainerSession.open(probe, launch(id, command))).output;
        probe.note(JSON.stringify(command), { stdout, stderr });
        await about(probe, "WAIT_CONTAINER", id);
      }
      await task.framework.teardown();
    },
  ),

  scenario("session-refusals", "what is no such command, and no such stream, is refused", async (probe) => {
    const task = await launchBeside(probe);
    const parent = { value: task.containerId };
    const { type } = launch(parent, {});
    const bodies: Record<string, unknown>[] = [
      { type },
      launch({ value: "alone" }, shell("true")),
      ...["a b", "a.b", "", "a/b", ".", "x".repeat(256)].map((value) => launch({ value, parent }, shell("true"))),
      launch({ value: "a", parent: { value: "b c" } }, shell("true")),
      launch({ value: "a", parent: { value: "nobody" } }, shell("true")),
      launch(nested(task), shell("true"), { type: "DOCKER", docker: { image: "none" } }),
      { type: "ATTACH_CONTAINER_OUTPUT" },
      ...[{ value: "nobody" }, parent, nested(task)].map((container_id) => ({
        type: "ATTACH_CONTAINER_OUTPUT",
        attach_container_output: { container_id },
      })),
      { type: "GET_HEALTH" },
    ];
    for (const body of bodies) await refused(probe, body, JSON.stringify(body));
    for (const call of ["WAIT", "KILL", "REMOVE"])
      for (const type of [`${call}_CONTAINER`, `${call}_NESTED_CONTAINER`]) {
        await probe.operatorCall("agent", { type }, { label: type });
        for (const id of [nested(task), { value: "nobody" }]) await about(probe, type, id);
      }
    await task.framework.teardown();
  }),

  scenario("session-media-types", "streams say in which form they come and are wanted", async (probe) => {
    const json = "application/json";
    const recordio = "application/recordio";
    const input = "ATTACH_CONTAINER_INPUT";
    const sent: [headers: Record<string, string>, body: string][] = [
      [{ "Content-Type": json, Accept: recordio, "Message-Accept": "text/html" }, '{"type":"GET_HEALTH"}'],
      [{ "Content-Type": json, Accept: json, "Message-Accept": json }, '{"type":"GET_HEALTH"}'],
      [{ "Content-Type": json, Accept: "text/html" }, '{"type":"GET_HEALTH"}'],
      [{ "Content-Type": json, "Message-Content-Type": json }, '{"type":"GET_HEALTH"}'],
      [{ "Content-Type": "text/html" }, '{"type":"GET_HEALTH"}'],
      [
        { "Content-Type": json },
        '{"type":"ATTACH_CONTAINER_INPUT","attach_container_input":{"type":"CONTAINER_ID","container_id":{"value":"a"}}}',
      ],
      [{ "Content-Type": recordio }, framed({ type: "GET_HEALTH" })],
      [{ "Content-Type": recordio, "Message-Content-Type": "text/html" }, framed({ type: "GET_HEALTH" })],
      ...[
        "",
        "100\n{",
        "5\n{nope",
        framed({ type: "GET_HEALTH" }),
        framed({ type: input }),
        ...[
          {},
          { type: "PROCESS_IO" },
          { type: "CONTAINER_ID" },
          { type: "CONTAINER_ID", container_id: { value: "a" } },
        ].map((attach_container_input) => framed({ type: input, attach_container_input })),
      ].map((body): [Record<string, string>, string] => [
        { "Content-Type": recordio, "Message-Content-Type": json },
        body,
      ]),
    ];
    for (const [headers, body] of sent) {
      const label = `${JSON.stringify(headers)} ${body}`;
      await probe.exchange("agent", { method: "POST", path: OPERATOR_PATH, headers, body, label });
    }
  }),
];

const framed = (message: object) => encodeRecord(JSON.stringify(message)).toString("utf8");

/** A task that goes on until the end of the scenario. */
async function launchBeside(probe: Probe): Promise<Beside> {
  const environment = { variables: [{ name: "OF_TASK", value: "of the task" }] };
  const command = { value: "exec sleep 1000", environment };
  const launched = await launchOne(probe, {
    task: (offer, id) => commandTask(offer, id, "", { command }),
    until: ["TASK_RUNNING"],
  });
  const containerId = launched.status.container_status?.container_id?.value ?? "";
  probe.hide(containerId, "<CONTAINER>");
  return { ...launched, containerId };
}

function nested({ containerId }: Beside): ContainerID {
  return { value: randomUUID(), parent: { value: containerId } };
}

function launch(id: ContainerID, command: CommandInfo, container?: ContainerInfo): Record<string, unknown> {
  const launch_nested_container_session = { container_id: id, command, ...(container && { container }) };
  return { type: "LAUNCH_NESTED_CONTAINER_SESSION", launch_nested_container_session };
}

/** WAIT_…, KILL_… and REMOVE_…, whose message is called as they are. */
async function about(probe: Probe, type: string, id: ContainerID): Promise<void> {
  await probe.operatorCall("agent", { type, [type.toLowerCase()]: { container_id: id } }, { label: type });
}

async function refused(probe: Probe, body: Record<string, unknown>, label: string): Promise<void> {
  const request = { method: "POST", path: OPERATOR_PATH, headers: STREAM_HEADERS, body, label };
  await probe.exchange("agent", request);
}
