// The agent's tie to its master: who leads, the connection to it, registration, and what breaks it.
import type { OperationRecord } from "../../mesos/operations.ts";
import type { AgentInfo, FrameworkInfo, MasterInfo, Resource } from "../../mesos/types.ts";
import { type AgentSideLink, connectToMaster } from "../common/agent-link.ts";
import type { Clock, Timer } from "../common/clock.ts";
import type { Log } from "../common/log.ts";
import { AGENT_CAPABILITIES } from "./agent-info.ts";
import { type AgentToMaster, type ExecutorReport, type MasterToAgent, MESOS_VERSION, type Task } from "../protocol.ts";

const FIRST_BACKOFF_MS = 20;

/**
 * DISCONNECTED: no master is known, or it does not answer. REGISTERING: connected, not taken in yet. REGISTERED: messages
 * flow. CLOSED: for good.
 */
type LinkState = "DISCONNECTED" | "REGISTERING" | "REGISTERED" | "CLOSED";

export interface Report {
  tasks: Task[];
  executors: ExecutorReport[];
  frameworks: FrameworkInfo[];
  operations: OperationRecord[];
}

export interface MasterLinkOptions {
  clock: Clock;
  log: Log;
  /** "slave(1)@ip:port" */
  pid: string;
  /** As it is at the moment: with an id once there is one. */
  describe: () => AgentInfo;
  report: () => Report;
  /** With what is reserved and created. */
  total: () => Resource[];
  /** The longest wait between two attempts: --registration_backoff_factor. */
  maxBackoffMs: number;
  onMessage: (message: MasterToAgent) => void;
  /** Taken in: by REGISTERED, with a new id, or REREGISTERED. */
  onRegistered: (agentId: string) => void;
  onDisconnected: () => void;
}

export class MasterLink {
  readonly #options: MasterLinkOptions;
  #state: LinkState = "DISCONNECTED";
  #master: { host: string; port: number; hostname: string } | undefined;
  #link: AgentSideLink | undefined;
  #attempt = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #retry: Timer | undefined;
  #pingTimeout: Timer | undefined;
  #pingTimeoutMs = 75_000;

  constructor(options: MasterLinkOptions) {
    this.#options = options;
  }

  get registered(): boolean {
    return this.#state === "REGISTERED";
  }

  /** Empty while there is none. */
  get masterHostname(): string {
    return this.#master?.hostname ?? "";
  }

  /** Somebody else leads now, or nobody. */
  leaderChanged(leader: Pick<MasterInfo, "address" | "hostname" | "port"> | undefined): void {
    const { log } = this.#options;
    if (this.#state === "CLOSED") return;
    this.#drop();
    if (leader === undefined) {
      this.#master = undefined;
      log.info("Lost leading master");
      return;
    }
    const host = leader.address?.ip ?? leader.hostname ?? "";
    const port = leader.address?.port ?? leader.port;
    this.#master = { host, port, hostname: leader.hostname ?? host };
    log.info(`New master detected at master@${host}:${port}`);
    this.#backoffMs = FIRST_BACKOFF_MS;
    this.#connect();
  }

  /** Lost where there is no master: what must arrive is kept by whoever sends it. */
  send(message: AgentToMaster): void {
    if (this.#state === "REGISTERED") this.#link?.send(message);
  }

  close(): void {
    this.#state = "CLOSED";
    this.#retry?.cancel();
    this.#pingTimeout?.cancel();
    this.#link?.close();
  }

  #connect(): void {
    const master = this.#master;
    if (master === undefined || this.#state === "CLOSED") return;
    const attempt = ++this.#attempt;
    const current = (): boolean => attempt === this.#attempt && this.#state !== "CLOSED";
    connectToMaster(master, {
      onMessage: (message) => {
        if (current()) this.#receive(message);
      },
      onClose: () => {
        if (current()) this.#broken("Connection to the master was lost");
      },
    }).then(
      (link) => {
        if (!current()) {
          link.close();
          return;
        }
        this.#link = link;
        this.#register(link);
      },
      (error: unknown) => {
        if (current()) this.#broken((error as Error).message);
      },
    );
  }

  #register(link: AgentSideLink): void {
    const { pid, describe, report, total, log } = this.#options;
    this.#state = "REGISTERING";
    const description = {
      ...{ agent_info: describe(), pid, version: MESOS_VERSION, capabilities: AGENT_CAPABILITIES },
      total_resources: total(),
    };
    const isKnown = description.agent_info.id !== undefined;
    log.info(isKnown ? "Re-registering with the master" : "Registering with the master");
    link.send(
      isKnown
        ? { type: "REREGISTER", reregister: { ...description, ...report() } }
        : { type: "REGISTER", register: description },
    );
    this.#expectPing();
  }

  #receive(message: MasterToAgent): void {
    this.#expectPing();
    if (message.type === "PING") return this.#link?.send({ type: "PONG" });
    if (message.type === "REGISTERED" || message.type === "REREGISTERED") {
      const taken = message.type === "REGISTERED" ? message.registered : message.reregistered;
      this.#state = "REGISTERED";
      this.#backoffMs = FIRST_BACKOFF_MS;
      this.#pingTimeoutMs = taken.total_ping_timeout_seconds * 1000;
      this.#options.onRegistered(taken.agent_id.value);
    }
    this.#options.onMessage(message);
  }

  /** A master that is silent for as long as it would wait itself has given this agent up. */
  #expectPing(): void {
    this.#pingTimeout?.cancel();
    this.#pingTimeout = this.#options.clock.after(this.#pingTimeoutMs, () =>
      this.#broken("No pings from master received"),
    );
  }

  #broken(reason: string): void {
    this.#options.log.info(reason);
    this.#drop();
    this.#retry = this.#options.clock.after(this.#backoffMs, () => this.#connect());
    this.#backoffMs = Math.min(this.#backoffMs * 2, this.#options.maxBackoffMs);
  }

  #drop(): void {
    const wasRegistered = this.#state === "REGISTERED";
    this.#attempt++;
    this.#state = "DISCONNECTED";
    this.#retry?.cancel();
    this.#pingTimeout?.cancel();
    this.#link?.close();
    this.#link = undefined;
    if (wasRegistered) this.#options.onDisconnected();
  }
}
