// The program that runs a command task, or task groups, started by the agent, which tells it on its standard input what
// it is for.
import { createInterface } from "node:readline";
import type { TaskInfo } from "../mesos/types.ts";
import { writeCheckpoint } from "./agent/checkpoint.ts";
import { exitStatusFile } from "./agent/paths.ts";
import { systemClock } from "./common/clock.ts";
import type { ExecutorAssignment, GroupAssignment } from "./containerizer/assignment.ts";
import { CommandExecutor } from "./executor/command-executor.ts";
import { Host } from "./executor/host.ts";
import { SERVE_PORTS, servePorts } from "./executor/network-helper.ts";
import { openSandboxOutput, type SandboxOutput } from "./executor/sandbox-output.ts";
import { taskStarter } from "./executor/start-task.ts";

const [script = ""] = process.argv.slice(1);
const ownProgram = [process.execPath, script];

if (process.argv[2] === SERVE_PORTS) {
  await servePorts(process.argv.slice(3).map(Number), { input: process.stdin, output: process.stdout });
  process.exit(0);
}

process.stdout.on("error", () => {}); // The agent has gone meanwhile.
process.stdout.write("ready\n");
let host: Host | undefined;
let isAssigned = false;
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const assignment = JSON.parse(line) as ExecutorAssignment;
    isAssigned = true;
    if (assignment.shared) (host ??= newHost()).start(assignment);
    else run(assignment);
  })
  .on("close", () => {
    host?.close();
    // The agent has gone before there was anything to do.
    if (!isAssigned) process.exit(0);
  });

function run(assignment: ExecutorAssignment): void {
  // Neither timers nor an agent that is away for a while may end the process.
  setInterval(() => {}, 2 ** 30);
  process.chdir(assignment.sandbox);
  const output = openSandboxOutput(assignment.sandbox);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => fail(output, error));
  }
  const env = { ...process.env, ...assignment.environment };
  if (assignment.groups !== undefined) {
    void runGroups({ ...assignment, groups: assignment.groups }, output, env);
    return;
  }
  const startTask = taskStarter({ assignment, output, env, ownProgram });
  new CommandExecutor({
    assignment,
    output,
    clock: systemClock,
    startTask: (task: TaskInfo) => startTask(task),
    onDone: (exitCode) => process.exit(exitCode),
  });
}

/** Loaded only now: a command executor starts without it. */
async function runGroups(
  assignment: ExecutorAssignment & { groups: GroupAssignment },
  output: SandboxOutput,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { startDefaultExecutor } = await import("./executor/start-default-executor.ts");
  const onDone = (exitCode: number): void => {
    writeCheckpoint(exitStatusFile(assignment.groups.flags.runtime_dir, assignment.containerId), exitCode);
    process.exit(exitCode);
  };
  startDefaultExecutor({ assignment, output, env, ownProgram, onDone });
}

/** For executors that share this program. */
function newHost(): Host {
  setInterval(() => {}, 2 ** 30);
  const made = new Host({
    env: process.env,
    run(assignment, output, onDone) {
      const env = { ...process.env, ...assignment.environment };
      const startTask = taskStarter({ assignment, output, env, ownProgram });
      const executor = new CommandExecutor({ ...{ assignment, output, startTask, onDone }, clock: systemClock });
      return () => executor.abandon();
    },
    report: (report) => void process.stdout.write(`${JSON.stringify(report)}\n`),
    onEmpty: () => process.exit(0),
  });
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => fail(made, error));
  }
  return made;
}

function fail(output: Pick<SandboxOutput, "complain">, error: unknown): void {
  output.complain(`The executor failed: ${(error as Error).stack ?? String(error)}`);
  process.exit(1);
}
