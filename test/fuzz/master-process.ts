// A master of the embedded engine as a process of its own, whose memory can be looked at after a collection of garbage.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Collects garbage whenever it is sent a message, and answers with what is left. */
const ANSWER_WITH_MEMORY = `data:text/javascript,
process.on("message", () => { gc(); setImmediate(() => { gc(); process.send(process.memoryUsage()); }); });`;
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Lines of the log that are kept for the message of a failure. */
const KEPT_LINES = 30;

export class MasterProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #lastLines: string[] = [];

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.#child = child;
    this.port = port;
    this.#folder = folder;
    child.stderr?.on("data", (part: Buffer) => {
      this.#lastLines = [...this.#lastLines, ...part.toString().split("\n").filter(Boolean)].slice(-KEPT_LINES);
    });
  }

  /** Resolves when it answers. `dist` must have been built. */
  static async start(args: string[] = []): Promise<MasterProcess> {
    const folder = await mkdtemp(join(tmpdir(), "mesos-master-"));
    const port = await freePort();
    const flags = ["--ip=127.0.0.1", `--port=${port}`, `--work_dir=${folder}`, ...args];
    const child = spawn(
      process.execPath,
      ["--expose-gc", `--import=${ANSWER_WITH_MEMORY}`, resolve("dist/mesos-master.js"), ...flags],
      { stdio: ["ignore", "ignore", "pipe", "ipc"] },
    );
    const master = new MasterProcess(child, port, folder);
    for (const end = performance.now() + START_TIMEOUT_MS; ;) {
      if (
        await fetch(`${master.url}/state-summary`).then(
          ({ status }) => status === 200,
          () => false,
        )
      )
        return master;
      master.expectAlive();
      if (performance.now() > end) throw new Error(`The master does not answer:\n${master.log}`);
      await setTimeout(POLL_MS);
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.#lastLines.join("\n");
  }

  /** @throws Error with the end of its log if it has died */
  expectAlive(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`The master died (${exitCode ?? signalCode ?? ""}):\n${this.log}`);
  }

  /** Bytes that it holds, on its heap and outside, after a collection of garbage. */
  async heldBytes(): Promise<number> {
    this.expectAlive();
    const answered = once(this.#child, "message") as Promise<[NodeJS.MemoryUsage]>;
    this.#child.send("memory");
    const [{ heapUsed, external }] = await answered;
    return heapUsed + external;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
