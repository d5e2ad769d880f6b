// Commands on machines over ssh itself: Vagrant takes seconds to begin, and while `vagrant ssh` runs on a machine it does
// nothing else with it.
import type { PlanMachine } from "../../cluster/vagrant/vagrant-types.ts";
import { CommandError, MesosUpError } from "../../errors.ts";
import { askForReach, reachContainer } from "./machine-ssh.ts";
import { commandText } from "./machines.ts";
import { isScriptWord, scriptFailure } from "./script-words.ts";

export interface ShellOptions {
  signal: AbortSignal;
  /** Hears what the command prints while it runs, instead of what is given at its end. */
  onOutput?: (bytes: Buffer) => void;
  /** Path of a file that the command reads. */
  inputFile?: string;
}

export interface MachineShell {
  /**
   * Runs a command on a machine as root, and gives what it printed.
   * @throws MesosUpError MACHINE_UNREACHABLE; CommandError PROVISIONING_FAILED where a script there says what went wrong, else
   * COMMAND_FAILED; as runVagrant; the signal's reason
   */
  run(machine: PlanMachine, command: readonly string[], options: ShellOptions): Promise<string>;
}

/** ssh's own exit status, where it is not the command's. */
const NOT_CONNECTED = 255;

const EVIDENCE_LINES = 20;

/** Asks Vagrant how the virtual machines of the cluster in `folder` are reached, once as long as they are. */
export function machineShell(folder: string, env: NodeJS.ProcessEnv): MachineShell {
  let known: Promise<Map<string, string[]>> | undefined;
  const reach = async (machine: PlanMachine, signal: AbortSignal): Promise<string[]> => {
    if (machine.container !== undefined) return reachContainer(folder, machine);
    known ??= askForReach(folder, [], { env, signal }).catch(() => new Map<string, string[]>());
    const { name } = machine;
    const found = (await known).get(name) ?? (await askForReach(folder, [name], { env, signal })).get(name);
    if (found === undefined) throw unreachable(name);
    return found;
  };
  return {
    async run(machine, command, { signal, onOutput, inputFile }) {
      const way = await reach(machine, signal);
      const { execa } = await import("execa");
      signal.throwIfAborted();
      const running = execa("ssh", [...way, commandText(command)], {
        ...{ env, extendEnv: false, reject: false, cancelSignal: signal, maxBuffer: 64 * 1024 * 1024 },
        ...(inputFile === undefined ? { stdin: "ignore" as const } : { inputFile }),
        buffer: { stdout: onOutput === undefined },
      });
      if (onOutput !== undefined) running.stdout.on("data", onOutput);
      const { failed, exitCode, stdout, stderr, shortMessage } = await running;
      signal.throwIfAborted();
      if (!failed) return stdout;
      if (exitCode === NOT_CONNECTED) {
        known = undefined;
        throw unreachable(machine.name);
      }
      throw refused(machine.name, command, { exitCode, stdout, stderr: stderr.trim() || (shortMessage ?? "") });
    },
  };
}

function unreachable(machine: string): MesosUpError {
  return new MesosUpError(`The machine ${machine} does not answer over ssh.`, {
    code: "MACHINE_UNREACHABLE",
    hint: "`mesos-up status` tells what runs; `mesos-up resume` starts machines that were halted.",
  });
}

function refused(
  machine: string,
  command: readonly string[],
  { exitCode, stdout, stderr }: { exitCode: number | undefined; stdout: string | undefined; stderr: string },
): CommandError {
  const lines = `${stdout ?? ""}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const told = scriptFailure(lines);
  const details = {
    command: command.join(" "),
    exitCode,
    output: lines
      .filter((line) => !isScriptWord(line))
      .slice(-EVIDENCE_LINES)
      .join("\n"),
  };
  if (told !== undefined) {
    return new CommandError(told.what, {
      code: "PROVISIONING_FAILED",
      hint: told.hint ?? "The lines above are the machine's own.",
      ...details,
    });
  }
  return new CommandError(`On the machine ${machine} a command failed: ${lines.at(-1) ?? "it does not say why"}.`, {
    code: "COMMAND_FAILED",
    hint: "`mesos-up status` tells what runs on it, and `mesos-up ssh` lets you look for yourself.",
    ...details,
  });
}
