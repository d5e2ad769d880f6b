// How a command is run in the container of a task: in its folder with its variables, or through what made the container.
import { readFileSync } from "node:fs";
import type { CommandInfo } from "../../mesos/types.ts";
import { containerName, type PosixRuntime } from "../containerizer/assignment.ts";
import type { ContainerNote } from "../containerizer/container-note.ts";
import { processesWith } from "../containerizer/processes.ts";
import { argvOf } from "../executor/posix-run.ts";

/** Names the session in the environment of what runs in a container of Docker's, which nothing else leads to. */
export const SESSION_VARIABLE = "MESOS_SESSION";

export interface BesideOptions {
  note: ContainerNote;
  command: CommandInfo;
  terminal: boolean;
  sessionId: string;
  /** Who a command without a container of its own is to run as, where that is not the task's user. */
  user: PosixRuntime["user"];
  /** Of the agent's own helpers. */
  env: NodeJS.ProcessEnv;
}

/** As `spawn` takes it. */
export interface Beside {
  file: string;
  args: string[];
  argv0?: string;
  cwd?: string;
  env: NodeJS.ProcessEnv;
  user: PosixRuntime["user"];
}

export function besideContainer(options: BesideOptions): Beside {
  const { note, command, terminal, env } = options;
  const { runtime, containerId } = note;
  const { file, argv0, args } = argvOf(command);
  const own = Object.fromEntries((command.environment?.variables ?? []).map(({ name, value = "" }) => [name, value]));
  const argv = [file, ...args];
  const asked = (flag: string, variables: Record<string, string>): string[] => [
    ...(terminal ? ["--tty"] : []),
    ...(command.user === undefined ? [] : ["--user", command.user]),
    ...Object.entries(variables).flatMap(([name, value]) => [flag, `${name}=${value}`]),
  ];
  switch (runtime.kind) {
    case "posix": {
      const cwd = note.sandbox;
      const user = options.user ?? runtime.user;
      return { file, args, argv0, cwd, env: { ...environmentOf(note), ...own }, user };
    }
    case "runc": {
      const rest = ["--root", runtime.root, "exec", ...asked("--env", own), containerId, ...argv];
      return { file: runtime.program, args: rest, env, user: undefined };
    }
    case "docker": {
      const [program = "docker", ...prefix] = runtime.client;
      const variables = { ...own, [SESSION_VARIABLE]: options.sessionId };
      const rest = ["exec", "--interactive", ...asked("--env", variables), containerName(containerId), ...argv];
      return { file: program, args: [...prefix, ...rest], env, user: undefined };
    }
  }
}

/** What the task was given: the container's first process has it, and all that it has started. */
function environmentOf({ sandbox }: ContainerNote): Record<string, string> {
  const [first] = processesWith("MESOS_SANDBOX", sandbox);
  const variables = first === undefined ? [] : readEnvironment(first);
  return Object.fromEntries([["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], ...variables]);
}

function readEnvironment(pid: number): [string, string][] {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return entries.flatMap((entry) => {
      const at = entry.indexOf("=");
      return at < 1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as [string, string]];
    });
  } catch {
    return []; // It has ended meanwhile.
  }
}
