// A component's log on its machine, read over ssh.
import { join } from "node:path";
import { systemClock, type Clock } from "../../client/clock.ts";
import { LineSplitter, type LogLine, type LogSource } from "../log-source.ts";
import { requireNode } from "../state/require-node.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { MachineShell } from "./machine-shell.ts";
import { machineOf } from "./machines.ts";

/** Before a machine is reached for again that was not there. */
const RETRY_MS = 2_000;

/** What was there at one moment: its size, then its last bytes, while it goes on growing. */
const TAIL = 's=$(stat -c %s "$1") && echo "$s" && head -c "$s" "$1" | tail -c "$2"';

/** What comes behind that many bytes, or of a file that has fewer and so is another one, all; first where that begins. */
const FOLLOW =
  's=$(stat -c %s "$1" 2>/dev/null || echo 0); [ "$2" -le "$s" ] && b=$2 || b=0; echo "$b"; exec tail -c "+$((b + 1))" -F "$1"';

/** @throws MesosUpError NODE_UNKNOWN */
export function machineLog(
  shell: MachineShell,
  { plan, node }: { plan: ClusterPlan; node: string },
  clock: Clock = systemClock,
): LogSource {
  const { directories, program } = requireNode(plan, node);
  const machine = machineOf(plan, node);
  const path = join(directories.log, `${program}.log`);
  return {
    async tail(bytes, signal) {
      const answer = await shell.run(machine, ["sh", "-c", TAIL, "log", path, String(bytes)], { signal });
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
      let from = position ?? "0";
      for (;;) {
        const heard = new Heard(signal);
        const command = ["sh", "-c", FOLLOW, "log", path, from];
        const ended = shell
          .run(machine, command, { signal, onOutput: (bytes) => heard.push(bytes) })
          .catch(() => undefined)
          .finally(() => heard.end());
        yield* heard.batches();
        await ended;
        signal.throwIfAborted();
        from = heard.position ?? from;
        await clock.sleep(RETRY_MS, signal);
      }
    },
  };
}

/** What FOLLOW has printed, until it is asked for. */
class Heard {
  readonly #splitter = new LineSplitter();
  #lines: LogLine[] = [];
  #over = false;
  #wake: () => void = () => undefined;
  #bytes = 0;
  #begin: number | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  /** Behind the last whole line. */
  get position(): string | undefined {
    return this.#begin === undefined ? undefined : String(this.#begin + this.#bytes - this.#splitter.pendingBytes);
  }

  push(bytes: Buffer): void {
    this.#bytes += bytes.length;
    const lines = this.#splitter.push(bytes);
    const head = this.#begin === undefined ? lines.shift() : undefined;
    if (head !== undefined) {
      this.#begin = Number(head);
      this.#bytes -= head.length + 1;
    }
    this.#lines.push(...lines.map((text) => ({ text })));
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
