// `mesos-up exec`: a command in the container of a task, with what is typed or piped in, and its exit status.
import { once } from "node:events";
import type { NestedInput } from "../src/client/nested-input.ts";
import { MesosUpError } from "../src/errors.ts";
import { appOf, nothingRuns, withScheduler, type AppOptions } from "./apps.ts";
import { readConnection } from "./connection.ts";
import { tasksOf, type Task } from "./task-access.ts";

export interface ExecOptions extends AppOptions {
  interactive?: boolean;
  tty?: boolean;
}

/** In the container of an app's first running task, or of that instance's. Its exit status becomes ours. */
export function exec(target: string, command: string[], options: ExecOptions): Promise<never> {
  return withScheduler(appOf(target), options, async (client, edge) => {
    if (options.tty === true) requireTerminal(options);
    const [{ HttpClient }, { runInContainer }] = await Promise.all([
      import("../src/client/http.ts"),
      import("../src/client/nested-session.ts"),
    ]);
    const task = (await tasksOf(target, client)).find(({ containerId }) => containerId !== undefined);
    if (task?.containerId === undefined) throw nothingRuns(target);
    const { containerId, agentUrl } = task;
    await using http = new HttpClient(await readConnection(options));
    const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    using input = options.tty === true ? ofTerminal() : ofPipe(options.interactive === true);
    const exitStatus = await runInContainer(http, {
      ...{ agentUrl, containerId, command, input: input.input, signal: edge.signal },
      onOutput: async (kind, bytes) => {
        if (options.json) written[kind].push(bytes);
        else if (!process[kind].write(bytes)) await once(process[kind], "drain");
      },
    }).catch((error: unknown) => {
      throw error instanceof MesosUpError && error.code === "EXEC_UNSUPPORTED" ? dockersOwn(task, error) : error;
    });
    const [stdout, stderr] = [written.stdout, written.stderr].map((parts) => Buffer.concat(parts).toString("utf8"));
    return { json: { ok: exitStatus === 0, instance: task.id, exitStatus, stdout, stderr }, text: "", exitStatus };
  });
}

/** @throws MesosUpError NO_TERMINAL, OPTIONS_EXCLUDE_EACH_OTHER */
function requireTerminal({ json }: ExecOptions): void {
  if (json) {
    throw new MesosUpError("With --tty there is a terminal, and with --json there is none.", {
      code: "OPTIONS_EXCLUDE_EACH_OTHER",
      hint: "Leave one of them out; --interactive goes with --json.",
    });
  }
  if (process.stdin.isTTY) return;
  throw new MesosUpError("Standard input is no terminal, which --tty asks for.", {
    code: "NO_TERMINAL",
    hint: "Leave --tty out: --interactive alone passes on what is piped in.",
  });
}

interface HeldInput extends Disposable {
  input: NestedInput | undefined;
}

function ofPipe(isWanted: boolean): HeldInput {
  return { input: isWanted ? { bytes: process.stdin } : undefined, [Symbol.dispose]: () => undefined };
}

/** Every key goes to the command, Ctrl-C too; the terminal is given back as it was. */
function ofTerminal(): HeldInput {
  const { stdin, stdout } = process;
  stdin.setRawMode(true);
  const input: NestedInput = {
    bytes: stdin,
    terminal: {
      size: () => (stdout.isTTY ? { rows: stdout.rows, columns: stdout.columns } : { rows: 24, columns: 80 }),
      onResize: (listener) => {
        stdout.on("resize", listener);
        return () => stdout.off("resize", listener);
      },
    },
  };
  return {
    input,
    [Symbol.dispose]: () => {
      stdin.setRawMode(false);
      stdin.unref();
    },
  };
}

function dockersOwn({ id, containerId = "" }: Task, cause: MesosUpError): MesosUpError {
  return new MesosUpError(`${id}: ${cause.message}`, {
    code: cause.code,
    hint: `On the agent's machine: docker exec -it mesos-${containerId} sh, if it is Docker's. ${cause.hint ?? ""}`,
    cause,
  });
}
