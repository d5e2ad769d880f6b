// Programs of the embedded engine, one by one, for tests that kill them and start them again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlainHttp } from "../../conformance/probe/plain-http.ts";
import { processesOf, programs } from "./workplace.ts";
import { until } from "./until.ts";

export interface AgentState {
  id: string;
  active: boolean;
  deactivated: boolean;
  drain_info?: unknown;
  attributes: Record<string, unknown>;
}

export class Program {
  readonly #child: ChildProcess;
  /** What it has said on its standard error. */
  stderr = "";

  constructor(name: "mesos-master" | "mesos-agent", flags: Record<string, string | number>) {
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    this.#child = spawn(process.execPath, [join(programs, `${name}.js`), ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with its exit status once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Waits until it has said that. */
  async says(words: string): Promise<void> {
    await until(`it says: ${words}`, () => this.stderr.includes(words));
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.ended();
  }
}

/** Mesos's own two seconds are not long for an executor to come back on a machine that has much else to do. */
const PATIENT = { executor_reregistration_timeout: "15secs" };

/** A master that needs no ZooKeeper, and one agent at most. Everything ends, and goes, with `remove`. */
export class SmallCluster {
  readonly folder = mkdtempSync(join(tmpdir(), "mesos-up-engine-"));
  readonly http = new PlainHttp();
  readonly #started: Program[] = [];
  readonly #agentFlags: Record<string, string | number>;
  readonly master: string;

  private constructor(ports: { master: number; agent: number }, agentFlags: Record<string, string | number>) {
    this.master = `http://127.0.0.1:${ports.master}`;
    const resources = "cpus:4;mem:4096;disk:10000;ports:[9000-9010]";
    this.#agentFlags = {
      ...{ master: `127.0.0.1:${ports.master}`, ip: "127.0.0.1", port: ports.agent },
      ...{ work_dir: join(this.folder, "agent"), runtime_dir: join(this.folder, "run"), launcher: "posix" },
      ...{ containerizers: "mesos", attributes: "rack:r2d2", resources, ...PATIENT, ...agentFlags },
    };
  }

  static async start(
    flags: { master?: Record<string, string | number>; agent?: Record<string, string | number> } = {},
  ): Promise<SmallCluster> {
    const [master, agent] = await Promise.all([freePort(), freePort()]);
    const cluster = new SmallCluster({ master, agent }, flags.agent ?? {});
    cluster.#run("mesos-master", { ip: "127.0.0.1", port: master, registry: "in_memory", ...flags.master });
    return cluster;
  }

  /** Starts the agent, or starts it again where it was: `flags` differ from those it had. */
  startAgent(flags: Record<string, string | number> = {}): Program {
    return this.#run("mesos-agent", { ...this.#agentFlags, ...flags });
  }

  get workDirectory(): string {
    return join(this.folder, "agent");
  }

  /** As the master shows it. */
  async agent(): Promise<AgentState | undefined> {
    const answer = await this.http.exchange(this.master, { method: "GET", path: "/slaves" }).catch(() => undefined);
    return (answer?.json as { slaves: AgentState[] } | undefined)?.slaves[0];
  }

  /** Waits until the agent is active, and has itself written down who it is: killed before, it would be another one next time. */
  activeAgent(): Promise<AgentState> {
    return until("the agent is active", async () => {
      const agent = await this.agent();
      return agent?.active === true && agent.id === this.#writtenId() && agent;
    });
  }

  /** A v1 operator call; resolves with the status and the text of the answer. */
  async operate(call: object): Promise<{ status: number; body: string }> {
    const headers = { "Content-Type": "application/json" };
    const { status, body } = await this.http.exchange(this.master, {
      ...{ method: "POST", path: "/api/v1", headers, body: call },
    });
    return { status, body };
  }

  async remove(): Promise<void> {
    for (const program of this.#started.reverse()) await program.kill();
    // Executors wait for their agent to come back.
    for (const line of processesOf(this.folder)) endIfThere(Number.parseInt(line));
    this.http.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #writtenId(): string | undefined {
    try {
      return readlinkSync(join(this.workDirectory, "meta", "slaves", "latest"));
    } catch {
      return undefined; // The master has taken it in, and it does not know yet.
    }
  }

  #run(...args: ConstructorParameters<typeof Program>): Program {
    const program = new Program(...args);
    this.#started.push(program);
    return program;
  }
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, as a task does whose executor has ended.
  }
}

/** Free a moment ago; nobody else is likely to be given it so soon. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
