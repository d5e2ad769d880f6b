// Commands on machines over ssh itself: while `vagrant ssh` runs on a machine, Vagrant does nothing else with it, and what is
// followed runs for hours.
import { MesosUpError } from "../../errors.ts";
import type { VagrantMessage } from "./machine-readable.ts";
import { commandText, vagrant } from "./machines.ts";

export interface ShellOptions {
  signal: AbortSignal;
  /** Hears what the command prints while it runs, instead of what is given at its end. */
  onOutput?: (bytes: Buffer) => void;
}

export interface MachineShell {
  /**
   * Runs a command on a machine as root, and gives what it printed.
   * @throws MesosUpError MACHINE_UNREACHABLE, COMMAND_FAILED; as runVagrant; the signal's reason
   */
  run(machine: string, command: readonly string[], options: ShellOptions): Promise<string>;
}

/** ssh's own exit status, where it is not the command's. */
const NOT_CONNECTED = 255;

/** Asks Vagrant how the machines of the cluster in `folder` are reached, once as long as they are. */
export function machineShell(folder: string, env: NodeJS.ProcessEnv): MachineShell {
  let known: Promise<Map<string, string[]>> | undefined;
  const ask = async (signal: AbortSignal, ...machines: string[]) =>
    sshOptions((await vagrant(folder, ["ssh-config", ...machines], { env, signal })).messages);
  const optionsFor = async (machine: string, signal: AbortSignal): Promise<string[]> => {
    // It fails where one of them is not there.
    known ??= ask(signal).catch(() => new Map<string, string[]>());
    const found = (await known).get(machine) ?? (await ask(signal, machine)).get(machine);
    if (found === undefined) throw unreachable(machine);
    return found;
  };
  return {
    async run(machine, command, { signal, onOutput }) {
      const reach = await optionsFor(machine, signal);
      const { execa } = await import("execa");
      signal.throwIfAborted();
      const running = execa("ssh", [...reach, machine, commandText(command)], {
        ...{ env, extendEnv: false, stdin: "ignore", reject: false, cancelSignal: signal, maxBuffer: 64 * 1024 * 1024 },
        buffer: { stdout: onOutput === undefined },
      });
      if (onOutput !== undefined) running.stdout.on("data", onOutput);
      const { failed, exitCode, stdout, stderr, shortMessage } = await running;
      signal.throwIfAborted();
      if (!failed) return stdout;
      if (exitCode === NOT_CONNECTED) known = undefined;
      throw exitCode === NOT_CONNECTED ? unreachable(machine) : refused(machine, stderr.trim() || (shortMessage ?? ""));
    },
  };
}

/** For each machine what `ssh -o` takes, of ssh's configuration as Vagrant writes it. */
function sshOptions(messages: readonly VagrantMessage[]): Map<string, string[]> {
  const configs = messages.filter(({ type }) => type === "ssh-config");
  return new Map(
    configs.map(({ machine, data }) => {
      const lines = (data[0] ?? "").split("\n").map((line) => line.trim());
      return [machine, lines.filter((line) => line !== "" && !/^Host\s/.test(line)).flatMap((line) => ["-o", line])];
    }),
  );
}

function unreachable(machine: string): MesosUpError {
  return new MesosUpError(`The machine ${machine} does not answer over ssh.`, {
    code: "MACHINE_UNREACHABLE",
    hint: "`mesos-up status` tells what runs; `mesos-up resume` starts machines that were halted.",
  });
}

function refused(machine: string, words: string): MesosUpError {
  return new MesosUpError(`On the machine ${machine} a command failed: ${words.split("\n").at(-1) ?? ""}.`, {
    code: "COMMAND_FAILED",
    hint: "`mesos-up status` tells what runs on it, and `mesos-up ssh` lets you look for yourself.",
  });
}
