// How a ZooKeeper server is started.
import { delimiter } from "node:path";
import type { ZooKeeperRuntime } from "./runtime-types.ts";

export interface ZooKeeperCommand {
  file: string;
  args: string[];
  /** To be added to the environment that it is started in. */
  env: Record<string, string>;
}

// A server of one machine's cluster: small heap, no compiler threads for what runs a few seconds, no shared counters on disk.
const jvmFlags = [
  "-Xmx128m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-XX:-UsePerfData",
  // What the JVM has to say of an archive of classes that no longer fits is of no use to anybody: it does without.
  "-Xlog:disable",
  "-Xlog:all=error:stderr",
];

const properties = [
  "-Djava.awt.headless=true",
  "-Dzookeeper.jmx.log4j.disable=true",
  "-Dzookeeper.admin.enableServer=false",
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
  "-Dorg.slf4j.simpleLogger.logFile=System.out",
];

/** The command line of a server on a `zoo.cfg`; it logs to stdout and stays in the foreground. */
export function zookeeperCommand(runtime: ZooKeeperRuntime, configuration: string): ZooKeeperCommand {
  const archive = runtime.sharedArchive === undefined ? [] : [`-XX:SharedArchiveFile=${runtime.sharedArchive}`];
  return {
    file: runtime.java.path,
    args: [...archive, ...serverArguments(runtime.classPath), configuration],
    env: {},
  };
}

/** All but the archive of classes and the configuration: an archive fits only servers that are started with the same. */
export function serverArguments(classPath: string[]): string[] {
  return [
    ...jvmFlags,
    ...properties,
    "-cp",
    classPath.join(delimiter),
    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
  ];
}
