// A component's log on its machine, read over Vagrant's ssh.
import { join } from "node:path";
import { systemClock, type Clock } from "../../client/clock.ts";
import { LineSplitter, type LogLine, type LogSource } from "../log-source.ts";
import { requireNode } from "../state/require-node.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { machineOf, onMachine, type MachinesOptions } from "./machines.ts";

/** Before a machine is reached for again that was not there. */
const RETRY_MS = 2_000;

/** What was there at one moment: its size, then its last bytes, while it goes on growing. */
const TAIL = 's=$(stat -c %s "$1") && echo "$s" && head -c "$s" "$1" | tail -c "$2"';

/** @throws MesosUpError NODE_UNKNOWN */
export function machineLog(
  { folder, plan, node }: { folder: string; plan: ClusterPlan; node: string },
  env: MachinesOptions["env"],
  clock: Clock = systemClock,
): LogSource {
  const { directories, program } = requireNode(plan, node);
  const machine = machineOf(plan, node).name;
  const path = join(directories.log, `${program}.log`);
  const on = (command: string[], options: Omit<MachinesOptions, "env">): Promise<string> =>
    onMachine(folder, machine, command, { env, ...options });
  return {
    async tail(bytes, signal) {
      const answer = await on(["sh", "-c", TAIL, "log", path, String(bytes)], { signal });
      const head = answer.indexOf("\n");
      const size = Number(answer.slice(0, head));
      const splitter = new LineSplitter();
      const lines = splitter.push(Buffer.from(answer.slice(head + 1))).map((text) => ({ text }));
      const position = String(size - splitter.pendingBytes);
      const rest = splitter.takeRest();
      const whole = size <= bytes;
      return { lines: whole ? lines : lines.slice(1), rest: rest === "" ? undefined : { text: rest }, whole, position };
    },
    async *follow(position, signal) {
      let from = Number(position ?? 0) + 1;
      for (;;) {
        const heard = new Heard(signal);
        const command = ["tail", "-c", `+${from}`, "-F", path];
        const ended = on(command, { signal, onOutput: (bytes) => heard.push(bytes) })
          .catch(() => undefined)
          .finally(() => heard.end());
        yield* heard.batches();
        await ended;
        signal.throwIfAborted();
        from += heard.bytes;
        await clock.sleep(RETRY_MS, signal);
      }
    },
  };
}

/** What has been printed, until it is asked for. */
class Heard {
  readonly #splitter = new LineSplitter();
  #lines: LogLine[] = [];
  #over = false;
  #wake: () => void = () => undefined;
  bytes = 0;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  push(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.#lines.push(...this.#splitter.push(bytes).map((text) => ({ text })));
    this.#wake();
  }

  end(): void {
    this.#over = true;
    this.#wake();
  }

  async *batches(): AsyncGenerator<LogLine[], void, undefined> {
    for (;;) {
      const lines = this.#lines;
      this.#lines = [];
      if (lines.length > 0) yield lines;
      else if (this.#over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
