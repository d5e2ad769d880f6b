// The masters and agents of a plan, with their complete command lines. Every flag is one that a real mesos-master or
// mesos-agent takes (docs/configuration/ of Mesos).
import { rangesResource, portsOf } from "../mesos/resources.ts";
import type { Range } from "../mesos/types.ts";
import { attributeText, parseAttributes } from "./attributes.ts";
import { commandLine } from "./command-line.ts";
import type { PlanNode } from "./plan-types.ts";
import { parseResources, printResources } from "./resources-text.ts";
import { DEFAULT_RESOURCES, type AgentSpec, type Flags, type MastersSpec } from "./spec.ts";

/** Sooner than Mesos's 10 seconds: a process that was killed is replaced once its session has run out. */
const ZK_SESSION_TIMEOUT = "5secs";

export interface MesosNodeOptions {
  name: string;
  /** What it is reached at, and called. */
  address: string;
  /** What it listens on, where that is another one. */
  listensOn?: string | undefined;
  port: number;
  /** zk://host:port,host:port/mesos */
  zkUrl: string;
  /** The node's own folder. */
  directory: string;
}

export function masterNode(options: MesosNodeOptions & { cluster: string; masters: MastersSpec }): PlanNode {
  const { name, address, listensOn = address, port, zkUrl, directory, cluster, masters } = options;
  const directories = { work: `${directory}/work`, log: `${directory}/log`, others: [] };
  const flags = {
    zk: zkUrl,
    quorum: masters.quorum,
    work_dir: directories.work,
    log_dir: directories.log,
    ip: listensOn,
    port,
    hostname: address,
    cluster,
    zk_session_timeout: ZK_SESSION_TIMEOUT,
    allocation_interval: "1secs",
  };
  const args = commandLine(flags, masters.flags);
  return { name, kind: "master", address, port, otherPorts: [], directories, files: [], program: "mesos-master", args };
}

export interface AgentNodeOptions extends MesosNodeOptions {
  agent: AgentSpec;
  /** Ports for tasks; absent where the agent's resources name them. */
  taskPorts: Range | undefined;
  /** The text of those that suit its machine, where its own leave them out. */
  fittingResources?: string | undefined;
  /** Name of its own cgroup: several agents share a machine. */
  cgroupsRoot: string;
  containerProgram: string | undefined;
  /** An agent's --docker_registry; absent: Mesos's own. */
  imageStore: string | undefined;
  /** Flags that only this way of placing agents has. */
  placed?: Flags | undefined;
}

export function agentNode(options: AgentNodeOptions): PlanNode {
  const { name, address, listensOn = address, port, directory, agent, containerProgram } = options;
  const resources = agentResources(agent, options);
  const [work, run] = [`${directory}/work`, `${directory}/run`];
  const [fetched, images] = [`${directory}/fetch`, `${directory}/store`];
  const directories = { work, log: `${directory}/log`, others: [run, fetched, images] };
  const flags = {
    master: options.zkUrl,
    work_dir: work,
    runtime_dir: run,
    log_dir: directories.log,
    ip: listensOn,
    port,
    hostname: address,
    attributes: agent.attributes === "" ? undefined : agent.attributes,
    resources: resources.text,
    sandbox_directory: agent.sandbox_directory,
    containerizers: containerizers(agent, containerProgram),
    docker: containerProgram,
    docker_registry: options.imageStore,
    docker_store_dir: images,
    // By default an agent ends the containers of every other agent of its machine.
    docker_kill_orphans: false,
    fetcher_cache_dir: fetched,
    cgroups_root: options.cgroupsRoot,
    launcher: "posix",
    isolation: "posix/cpu,posix/mem",
    systemd_enable_support: false,
    executor_registration_timeout: "5mins",
    registration_backoff_factor: "10ms",
    zk_session_timeout: ZK_SESSION_TIMEOUT,
    ...options.placed,
  };
  return {
    name,
    kind: "agent",
    address,
    port,
    otherPorts: [],
    directories,
    files: [],
    program: "mesos-agent",
    args: commandLine(flags, agent.flags),
    agent: {
      attributes: Object.fromEntries(parseAttributes(agent.attributes).map((a) => [a.name, attributeText(a)])),
      resources: resources.text,
      taskPorts: resources.ports,
    },
  };
}

function agentResources(
  agent: AgentSpec,
  { taskPorts, fittingResources = "" }: Pick<AgentNodeOptions, "taskPorts" | "fittingResources">,
): { text: string; ports: Range } {
  const written = parseResources(agent.resources);
  const named = written.filter(({ name }) => name !== "ports");
  for (const text of [fittingResources, DEFAULT_RESOURCES]) {
    const known = new Set(named.map(({ name }) => name));
    named.push(...parseResources(text).filter(({ name }) => !known.has(name)));
  }
  const chosen = taskPorts && [{ ...rangesResource("ports", [taskPorts]), role: "*" }];
  // Ports last, be they written or chosen: an agent that keeps those of an earlier plan is the same one then.
  const resources = [...named, ...(chosen ?? written.filter(({ name }) => name === "ports"))];
  const ranges = portsOf(resources);
  const ports = { begin: ranges[0]?.begin ?? 0, end: ranges.at(-1)?.end ?? 0 };
  return { text: printResources(resources), ports };
}

/** Without a program that runs containers, an agent with the docker containerizer does not start. */
function containerizers(agent: AgentSpec, containerProgram: string | undefined): string {
  const usable = agent.containerizers.filter((name) => name !== "docker" || containerProgram !== undefined);
  return usable.length === 0 ? "mesos" : usable.join(",");
}
