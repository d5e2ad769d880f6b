// Runs the program vagrant, and hears what it says while it works.
import { createInterface } from "node:readline";
import { findProgram } from "../find-program.ts";
import { parseMessage, spokenLines, type VagrantMessage } from "./machine-readable.ts";
import { vagrantError, vagrantMissing } from "./vagrant-errors.ts";

export interface VagrantOptions {
  /** The folder of the Vagrantfile, and the one that Vagrant keeps its own records in. */
  directory: string;
  dotfiles: string;
  /** Path of the plan that the Vagrantfile is to read. */
  planFile: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Hears each line that is meant for people. */
  onLine?: ((machine: string, line: string) => void) | undefined;
}

/** Long enough for a machine that is half made to be removed. */
const killAfterMs = 10_000;

/** Gives what Vagrant said. @throws MesosUpError VAGRANT_MISSING; CommandError as vagrantError tells; the signal's reason */
export async function runVagrant(args: string[], options: VagrantOptions): Promise<VagrantMessage[]> {
  const { env, signal, onLine } = options;
  findVagrant(env);
  const { execa } = await import("execa");
  signal.throwIfAborted();
  const running = execa("vagrant", [...args, "--machine-readable"], {
    cwd: options.directory,
    env: vagrantEnvironment(options),
    extendEnv: false,
    // A group of its own: those whom it started end with it, and Ctrl-C reaches it through the signal alone.
    detached: true,
    reject: false,
    stdin: "ignore",
    maxBuffer: 64 * 1024 * 1024,
  });
  let killing: NodeJS.Timeout | undefined;
  // Vagrant finishes what it is at in order when it is interrupted.
  const interrupt = (): void => {
    signalGroup(running.pid, "SIGINT");
    killing = setTimeout(() => signalGroup(running.pid, "SIGKILL"), killAfterMs);
  };
  signal.addEventListener("abort", interrupt, { once: true });
  const messages: VagrantMessage[] = [];
  const hear = (message: VagrantMessage): void => {
    messages.push(message);
    for (const { machine, line } of spokenLines([message])) onLine?.(machine, line);
  };
  const [result] = await Promise.all([running, listen(running.stdout, hear)]);
  signal.removeEventListener("abort", interrupt);
  clearTimeout(killing);
  signal.throwIfAborted();
  if (result.failed) throw vagrantError({ args, exitCode: result.exitCode, messages, stderr: result.stderr });
  return messages;
}

/** @throws MesosUpError VAGRANT_MISSING */
export function findVagrant(env: NodeJS.ProcessEnv): void {
  if (findProgram("vagrant", env) === undefined) throw vagrantMissing();
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

async function listen(stream: NodeJS.ReadableStream, onMessage: (message: VagrantMessage) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) {
    const message = parseMessage(line);
    if (message !== undefined) onMessage(message);
  }
}

/** The user's, without what would make another folder's machines of these. */
function vagrantEnvironment({ env, directory, dotfiles, planFile }: VagrantOptions): NodeJS.ProcessEnv {
  return {
    ...env,
    LC_ALL: "C.UTF-8",
    VAGRANT_CWD: directory,
    VAGRANT_DOTFILE_PATH: dotfiles,
    VAGRANT_VAGRANTFILE: "Vagrantfile",
    VAGRANT_CHECKPOINT_DISABLE: "1",
    VAGRANT_NO_COLOR: "1",
    MESOS_UP_PLAN: planFile,
  };
}
