// What operators ask masters and agents: the older endpoints (docs/endpoints/) and the v1 operator calls
// (docs/operator-http-api.md), as far as this project reads them. Fields that nobody here names pass through.
import { OPERATOR_PATH } from "../mesos/scheduler-api.ts";
import { apiError } from "./api-errors.ts";
import type { HttpClient } from "./http.ts";

/** One agent in a master's /slaves. */
export interface AgentSummary {
  id: string;
  hostname: string;
  port: number;
  /** "slave(1)@127.0.0.1:5051" */
  pid: string;
  active: boolean;
  version?: string;
  attributes: Record<string, unknown>;
  resources: Record<string, unknown>;
  [field: string]: unknown;
}

/** One task in /state. */
export interface TaskSummary {
  id: string;
  name: string;
  framework_id: string;
  executor_id: string;
  slave_id: string;
  state: string;
  [field: string]: unknown;
}

export interface FrameworkSummary {
  id: string;
  name: string;
  active: boolean;
  tasks: TaskSummary[];
  completed_tasks: TaskSummary[];
  [field: string]: unknown;
}

/** A master's /state. */
export interface MasterState {
  id: string;
  version: string;
  hostname: string;
  leader?: string;
  cluster?: string;
  activated_slaves: number;
  slaves: AgentSummary[];
  frameworks: FrameworkSummary[];
  completed_frameworks: FrameworkSummary[];
  [field: string]: unknown;
}

/** One executor in an agent's /state. */
export interface ExecutorSummary {
  id: string;
  source: string;
  /** Of its sandbox, absolute, as /files wants it. */
  directory: string;
  container: string;
  tasks: { id: string; name?: string }[];
  completed_tasks?: { id: string; name?: string }[];
  [field: string]: unknown;
}

interface AgentFrameworkSummary {
  id: string;
  executors: ExecutorSummary[];
  completed_executors: ExecutorSummary[];
  [field: string]: unknown;
}

/** An agent's /state. */
export interface AgentState {
  id: string;
  pid: string;
  hostname: string;
  frameworks: AgentFrameworkSummary[];
  completed_frameworks: AgentFrameworkSummary[];
  [field: string]: unknown;
}

/** Asks one master or agent. Redirects of masters that do not lead are followed. */
export class OperatorClient {
  readonly #http: HttpClient;
  readonly #url: string;
  readonly #limit: { timeoutMs?: number };

  /** `url` is http://host:port without a trailing slash; `timeoutMs` is for answers that take long. */
  constructor(http: HttpClient, url: string, limit: { timeoutMs?: number } = {}) {
    this.#http = http;
    this.#url = url;
    this.#limit = limit;
  }

  /** Of a master. @throws MesosApiError, UnreachableError, as all others here. */
  masterState(signal?: AbortSignal): Promise<MasterState> {
    return this.#get("/state", signal);
  }

  agentState(signal?: AbortSignal): Promise<AgentState> {
    return this.#get("/state", signal);
  }

  /** Of a master: every agent that is registered. */
  async agents(signal?: AbortSignal): Promise<AgentSummary[]> {
    const { slaves } = await this.#get<{ slaves: AgentSummary[] }>("/slaves", signal);
    return slaves;
  }

  async flags(signal?: AbortSignal): Promise<Record<string, string>> {
    const { flags } = await this.#get<{ flags: Record<string, string> }>("/flags", signal);
    return flags;
  }

  version(signal?: AbortSignal): Promise<{ version: string; [field: string]: unknown }> {
    return this.#get("/version", signal);
  }

  metrics(signal?: AbortSignal): Promise<Record<string, number>> {
    return this.#get("/metrics/snapshot", signal);
  }

  /** Whether it answers at all. That is not readiness: a master without a quorum is healthy too. */
  async isHealthy(signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#http.request({ url: `${this.#url}/health`, signal, followRedirects: false });
    return answer.status === 200;
  }

  /** A v1 operator call that has an answer, as in `call("GET_AGENTS")`. */
  call<T>(type: string, fields: Record<string, unknown> = {}, signal?: AbortSignal): Promise<T> {
    return this.#http.json<T>({
      method: "POST",
      url: this.#url + OPERATOR_PATH,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ type, ...fields }),
      signal,
      ...this.#limit,
    });
  }

  /** A v1 operator call that has none, as in `tell("DRAIN_AGENT", …)`. */
  async tell(type: string, fields: Record<string, unknown> = {}, signal?: AbortSignal): Promise<void> {
    const { status, body } = await this.#http.request({
      method: "POST",
      url: this.#url + OPERATOR_PATH,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ type, ...fields }),
      signal,
    });
    if (status >= 300) throw apiError(type, this.#url, { status, body: body.toString("utf8") });
  }

  #get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#http.json<T>({ url: this.#url + path, signal });
  }
}
