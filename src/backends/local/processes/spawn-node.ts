// Starts one node's process so that it outlives this one: its own process group, its output in its log file.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PlanNode } from "../../../cluster/plan-types.ts";
import { CommandError } from "../../../errors.ts";
import { identify } from "../../state/process-identity.ts";
import { writeProcessRecord } from "../../state/process-record.ts";
import { logFileOf } from "./log-file.ts";

export interface NodeCommand {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** How a process ended. */
export interface Exit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartedNode {
  node: PlanNode;
  pid: number;
  logFile: string;
  /** Resolves when the process ends, which this process waits for no longer than it lives itself. */
  exited: Promise<Exit>;
}

/**
 * Makes the node's folders and files, starts it and writes down which process it is. Throws COMMAND_FAILED when the
 * program cannot be started, and what the file system throws.
 */
export async function spawnNode(node: PlanNode, command: NodeCommand, folder: string): Promise<StartedNode> {
  prepare(node);
  const logFile = logFileOf(node);
  const output = openSync(logFile, "a");
  try {
    const child = spawn(command.file, command.args, {
      cwd: node.directories.work,
      env: command.env,
      detached: true,
      stdio: ["ignore", output, output],
    });
    const exited = new Promise<Exit>((resolve) => {
      child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    });
    if (child.pid === undefined) throw await startFailure(child, command);
    child.unref();
    const identity = identify(child.pid);
    // A process that is gone already needs no record: its exit is reported to whoever waits for it.
    if (identity !== undefined) {
      writeProcessRecord(folder, {
        node: node.name,
        program: node.program,
        identity,
        command: [command.file, ...command.args],
        logFile,
        startedAt: new Date().toISOString(),
      });
    }
    return { node, pid: child.pid, logFile, exited };
  } finally {
    closeSync(output);
  }
}

function prepare(node: PlanNode): void {
  for (const directory of [node.directories.work, node.directories.log, ...node.directories.others]) {
    mkdirSync(directory, { recursive: true });
  }
  for (const { path, content } of node.files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function startFailure(child: ReturnType<typeof spawn>, command: NodeCommand): Promise<CommandError> {
  return new Promise((resolve) => {
    child.once("error", (cause) => {
      resolve(
        new CommandError(`${command.file} cannot be started: ${cause.message}.`, {
          code: "COMMAND_FAILED",
          hint: "See that the program is there and may be executed by this user.",
          command: [command.file, ...command.args].join(" "),
          cause,
        }),
      );
    });
  });
}
