// A framework's own executor, as a process of the agent's machine.
import { type ChildProcess, spawn } from "node:child_process";
import type { CommandInfo } from "../../mesos/types.ts";
import { argvOf } from "../executor/posix-run.ts";
import { openSandboxOutput } from "../executor/sandbox-output.ts";
import type { ContainerRuntime } from "./assignment.ts";

export interface CustomExecutorOptions {
  command: CommandInfo;
  environment: Record<string, string>;
  sandbox: string;
  runtime: ContainerRuntime;
}

/** @throws Error if it was asked for in a container with an image */
export function startCustomExecutor({ command, environment, sandbox, runtime }: CustomExecutorOptions): ChildProcess {
  if (runtime.kind !== "posix") throw new Error("Executors of frameworks cannot be run from an image");
  // A shell without a command would succeed.
  const { file, argv0, args } = argvOf(command.value === undefined ? { value: "exit 1" } : command);
  const own = (command.environment?.variables ?? []).map(({ name, value }) => [name, value ?? ""] as const);
  const output = openSandboxOutput(sandbox);
  try {
    const child = spawn(file, args, {
      argv0,
      cwd: sandbox,
      env: { ...environment, ...Object.fromEntries(own) },
      detached: true,
      stdio: ["ignore", output.stdout, output.stderr],
      ...runtime.user,
    });
    child.unref();
    return child;
  } finally {
    output.close();
  }
}
