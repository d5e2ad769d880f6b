// Puts an agent together and starts it: flags and machine in, a registered agent out.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MesosUpError } from "../../errors.ts";
import { printAttributes } from "../../cluster/attributes.ts";
import { printResources } from "../../mesos/print-resources.ts";
import type { AgentInfo, MasterInfo } from "../../mesos/types.ts";
import { MESOS_VERSION } from "../protocol.ts";
import { systemClock } from "../common/clock.ts";
import { Files } from "../common/files.ts";
import { listen } from "../common/http-server.ts";
import type { Log } from "../common/log.ts";
import { logPath } from "../common/logging-flags.ts";
import { Containers } from "../containerizer/containers.ts";
import { ExecutorHosts } from "../containerizer/executor-hosts.ts";
import { ExecutorPool } from "../containerizer/executor-pool.ts";
import { Runtimes } from "../containerizer/runtimes.ts";
import { FetcherCache } from "../fetcher/cache.ts";
import { Fetcher } from "../fetcher/fetcher.ts";
import { Sessions } from "../sessions/sessions.ts";
import { Agent } from "./agent.ts";
import { describeAgent, diskBytesOf, type Machine } from "./agent-info.ts";
import { diskUsage, watchDisk } from "./disk-watch.ts";
import { agentRoutes } from "./endpoints.ts";
import type { LoadedAgentFlags } from "./flags.ts";
import { MasterLink } from "./master-link.ts";
import { runOfContainer } from "./paths.ts";
import { recover, RecoveryError } from "./recovery.ts";

/** Of commands that run without an image. */
const EXECUTORS_PER_PROGRAM = 100;

export interface StartAgentOptions {
  flags: LoadedAgentFlags;
  log: Log;
  machine: Omit<Machine, "diskBytes">;
  env: NodeJS.ProcessEnv;
  uid: number;
  /** node and the executor program. */
  executorCommand: string[];
  /** Executor programs kept ready. */
  spareExecutors: number;
  /** The agent has ended in order. */
  onEnd: (reason: string) => void;
}

export interface RunningAgent {
  /** Leaves the master for good, ends every executor, and then calls `onEnd`: what SIGUSR1 does. */
  unregister: (reason: string) => void;
  /** Lets go of everything at once; executors live on. */
  stop: () => void;
}

/**
 * Resolves when the agent listens and looks for its master.
 * @throws BindError, RecoveryError, and what flags' texts can be wrong in
 */
export async function startAgent(options: StartAgentOptions): Promise<RunningAgent> {
  const { flags: loaded, log, machine, env, uid } = options;
  const flags = loaded.values;
  const clock = systemClock;
  mkdirSync(flags.work_dir, { recursive: true });
  const info = describeAgent(flags, { ...machine, diskBytes: diskBytesOf(flags.work_dir) });
  const ip = flags.advertise_ip ?? (flags.ip === undefined || flags.ip === "0.0.0.0" ? "127.0.0.1" : flags.ip);
  const address = { ip, port: info.port ?? flags.port, hostname: info.hostname };
  const pid = `slave(1)@${address.ip}:${address.port}`;

  const pool = new ExecutorPool({
    command: options.executorCommand,
    env,
    clock,
    spares: options.spareExecutors,
    maxStarting: machine.cpus,
  });
  const hosts = new ExecutorHosts({ pool, clock, limit: EXECUTORS_PER_PROGRAM });
  const runtimes = new Runtimes({ flags, env, clock, uid });
  const fetcher = new Fetcher({
    cache: new FetcherCache({
      directory: join(flags.fetcher_cache_dir, "mesos-up"),
      limitBytes: flags.fetcher_cache_size,
    }),
    stallTimeoutMs: flags.fetcher_stall_timeout,
    home: flags.frameworks_home,
    env,
  });
  const containers = new Containers({
    runtimeDir: flags.runtime_dir,
    runtimes,
    fetcher,
    pool,
    executorCommand: options.executorCommand,
    hosts,
    env,
    clock,
    log,
    runOf: (containerId) => runOfContainer(flags.work_dir, containerId),
    onExit: (containerId, status) => {
      sessions.containerGone(containerId);
      const executor = agent.book.executorOfContainer(containerId);
      if (executor !== undefined) agent.executors.exited(executor, status);
    },
  });
  const sessions: Sessions = new Sessions({
    ...{ runtimes, env, clock, log },
    runtimeDir: flags.runtime_dir,
    noteOf: (containerId) => containers.get(containerId),
  });
  const stop = (): void => {
    sessions.close();
    link.close();
    pool.close();
    runtimes.close();
    server.close();
  };
  const files = new Files();
  const logFile = logPath("mesos-agent", flags);
  if (logFile !== undefined) files.attachLater(logFile, "/slave/log");
  const agent = new Agent({
    ...{ flags, info, address, containers, files, clock, log, env },
    send: (message) => link.send(message),
    onShutdown: (reason) => {
      link.send({ type: "UNREGISTER" });
      void containers.settled().then(() => {
        stop();
        options.onEnd(reason);
      });
    },
  });
  const link: MasterLink = new MasterLink({
    ...{ clock, log, pid, maxBackoffMs: flags.registration_backoff_factor },
    describe: () => agent.info,
    report: () => agent.report(),
    total: () => agent.resources.total,
    onMessage: (message) => agent.handle(message),
    onRegistered: (id) => {
      agent.registered(id);
      pool.fill();
    },
    onDisconnected: () => agent.disconnected(),
  });

  let recovered = false;
  const routes = agentRoutes({
    ...{ agent, clock, pid, sessions },
    flags: loaded.shown,
    startTime: clock.nowMs() / 1000,
    masterHostname: () => link.masterHostname,
    isRegistered: () => link.registered,
    isRecovered: () => recovered,
  });
  const { server } = await listen(routes, { ip: flags.ip ?? "0.0.0.0", port: flags.port, log });
  announce(log, info, pid);
  try {
    await checkDocker(runtimes);
    recover(agent);
  } catch (error) {
    stop();
    throw error;
  }
  recovered = true;
  log.info("Finished recovery");
  watchDisk({
    ...{ clock, log, garbage: agent.garbage, usage: () => diskUsage(flags.work_dir) },
    ...{ intervalMs: flags.disk_watch_interval, delayMs: flags.gc_delay, headroom: flags.gc_disk_headroom },
  });
  if (flags.recover === "cleanup") {
    agent.shutdown("cleanup");
  } else {
    log.info(`Looking for the leading master at ${withoutCredentials(flags.master ?? "")}`);
    await detectMaster(flags.master ?? "", flags.zk_session_timeout, log, (leader) => link.leaderChanged(leader));
  }
  return { unregister: (reason) => agent.shutdown(reason), stop };
}

/** Whoever waits for an agent in vain finds here what it is and what it has. */
function announce(log: Log, { hostname, resources = [], attributes = [] }: AgentInfo, pid: string): void {
  log.info(`Version: ${MESOS_VERSION}`);
  log.info(`Mesos agent started on ${pid.slice("slave".length)}`);
  log.info(`Agent resources: ${printResources(resources)}`);
  log.info(`Agent attributes: [ ${printAttributes(attributes)} ]`);
  log.info(`Agent hostname: ${hostname}`);
}

function withoutCredentials(master: string): string {
  return master.replace(/\/\/[^/@]*@/, "//");
}

type Leader = Pick<MasterInfo, "address" | "hostname" | "port">;

/** `zk://…` follows the leader as it changes; `host:port` is taken to be the leader. */
async function detectMaster(
  text: string,
  sessionTimeoutMs: number,
  log: Log,
  onLeader: (leader: Leader | undefined) => void,
): Promise<void> {
  if (text.startsWith("zk://")) {
    const [{ MasterGroup }, { parseZooKeeperUrl }] = await Promise.all([
      import("../common/master-group.ts"),
      import("../common/zookeeper-url.ts"),
    ]);
    await MasterGroup.start({ url: parseZooKeeperUrl(text), sessionTimeoutMs, log, onLeader });
    return;
  }
  const [, host = "", port = ""] = /^(?:[^@]*@)?(.+):(\d+)$/.exec(text) ?? [];
  if (host === "") {
    throw new MesosUpError(`Failed to create a master detector: Failed to parse '${text}'`, {
      code: "MASTER_FLAG_INVALID",
      hint: "Write --master=host:port or --master=zk://host:port/path.",
    });
  }
  onLeader({ hostname: host, port: Number(port), address: { ip: host, port: Number(port) } });
}

async function checkDocker(runtimes: Runtimes): Promise<void> {
  try {
    await runtimes.checkDocker();
  } catch (error) {
    throw new RecoveryError((error as Error).message);
  }
}
