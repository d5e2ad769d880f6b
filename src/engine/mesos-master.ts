// The program mesos-master: `mesos-master --zk=zk://… --quorum=1 --work_dir=… --ip=… --port=…`, or without --zk as the
// only master of its cluster.
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { MasterInfo } from "../mesos/types.ts";
import { addressOf, littleEndianIp, type ProgramAddress } from "./common/address.ts";
import { systemClock } from "./common/clock.ts";
import { Files } from "./common/files.ts";
import { BindError, listen } from "./common/http-server.ts";
import type { Log } from "./common/log.ts";
import { logPath } from "./common/logging-flags.ts";
import { abortWith, exitWith, openLog, ProgramEnd, readFlags } from "./common/program.ts";
import { parseZooKeeperUrl } from "./common/zookeeper-url.ts";
import { ZooKeeperElection } from "./master/election.ts";
import { contradiction, loadMasterFlags, MASTER_FLAGS, type MasterFlags } from "./master/flags.ts";
import { Master } from "./master/master.ts";
import { fileStore, memoryStore } from "./master/registry-stores.ts";
import { MESOS_VERSION } from "./protocol.ts";

const SOURCE = "master.cpp";

try {
  await run();
} catch (error) {
  end(error);
}

async function run(): Promise<void> {
  const argv = process.argv.slice(2);
  const program = { name: "mesos-master", table: MASTER_FLAGS, argv, env: process.env };
  const { values: flags, shown } = readFlags(program, () => loadMasterFlags(argv, process.env));
  const log = openLog("mesos-master", flags, SOURCE);
  const problem = contradiction(flags);
  if (problem !== undefined) throw exitWith("main.cpp", problem);
  if (flags.work_dir !== undefined) makeWorkDirectory(flags.work_dir);
  const address = addressOf({
    ...{ ip: flags.ip, port: flags.port, hostname: flags.hostname },
    ...{ advertise_ip: flags.advertise_ip, advertise_port: flags.advertise_port },
  });
  const info = describe(address);
  const election =
    flags.zk === undefined ? undefined : new ZooKeeperElection({ url: parseZooKeeperUrl(flags.zk), flags, info, log });
  const master = new Master({
    ...{ info, flags, shownFlags: shown, log, clock: systemClock, newUuid: randomUUID },
    files: attachLogs(flags),
    store: election?.store ?? localStore(flags),
  });
  await bind(master, address, log);
  announce(log, info);
  endOnSignals(async () => election?.close());
  if (election) await election.start(master, (reason) => end(exitWith(SOURCE, reason)));
  else await master.lead();
}

function makeWorkDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw exitWith("main.cpp", `Failed to create work directory '${path}': ${(error as Error).message}`);
  }
}

function describe({ ip, port, hostname }: ProgramAddress): MasterInfo {
  return {
    id: randomUUID(),
    ip: littleEndianIp(ip),
    port,
    pid: `master@${ip}:${port}`,
    hostname,
    version: MESOS_VERSION,
    address: { hostname, ip, port },
    capabilities: [{ type: "AGENT_UPDATE" }, { type: "AGENT_DRAINING" }, { type: "QUOTA_V2" }],
  };
}

function localStore(flags: MasterFlags): ReturnType<typeof memoryStore> {
  if (flags.registry === "in_memory" || flags.work_dir === undefined) return memoryStore();
  return fileStore(join(flags.work_dir, "replicated_log", "registry.json"));
}

function attachLogs(flags: MasterFlags): Files {
  const files = new Files();
  const path = logPath("mesos-master", flags);
  if (path !== undefined) files.attachLater(path, "/master/log");
  return files;
}

async function bind(master: Master, address: ProgramAddress, log: Log): Promise<void> {
  try {
    await listen(master.routes, { ...address.listen, log });
  } catch (error) {
    if (error instanceof BindError) throw abortWith("process.cpp", error.message);
    throw error;
  }
}

function announce(log: Log, info: MasterInfo): void {
  log.info(`Version: ${MESOS_VERSION}`);
  log.info(`Master ${info.id} (${info.hostname ?? ""}) started on ${info.address?.ip ?? ""}:${info.port}`);
}

/** Leaves the group before it ends, so that another master can lead at once. */
function endOnSignals(leave: () => Promise<void>): void {
  const stop = (signal: "SIGTERM" | "SIGINT", status: number): void => {
    process.once(signal, () => {
      const leaving = Promise.race([leave(), new Promise((resolve) => setTimeout(resolve, 1000))]);
      void leaving.finally(() => process.exit(status));
    });
  };
  stop("SIGTERM", 143);
  stop("SIGINT", 130);
}

function end(error: unknown): never {
  if (!(error instanceof ProgramEnd)) throw error;
  process[error.stream].write(error.message.endsWith("\n") ? error.message : `${error.message}\n`);
  process.exit(error.status);
}
