// A rehearsal: a ZooKeeper server is started, does once what a cluster asks of it, and writes down the classes it used. Of these the
// JVM makes an archive that has its own classes in it too, and those of old jars (slf4j), which one made of a server at its end lacks.
import { writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mendZooKeeperClient } from "../../../zookeeper/mend-zookeeper-client.ts";
import type { ZooKeeperRuntime } from "./runtime-types.ts";
import { serverArguments } from "./zookeeper-command.ts";

export interface RecordingOptions {
  /** Path to write the archive to. */
  archive: string;
  /** A folder for the server's data. */
  work: string;
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

const startWithinMs = 20_000;

/** By itself, or by the signal. */
const endedWell: (number | undefined)[] = [0, 128 + constants.signals.SIGTERM];

/** Objects of the archive are taken up by a server's collector too only if G1 has laid them out. */
export const dumpArguments = ["-Xshare:dump", "-XX:+UseG1GC"];

/** Leaves the archive at its path, or none if the server did not start. Throws when it was stopped or took too long. */
export async function recordClasses(
  zookeeper: ZooKeeperRuntime,
  { archive, work, environment, signal }: RecordingOptions,
): Promise<void> {
  const { execa } = await import("execa");
  const port = await freePort();
  const configuration = join(work, "zoo.cfg");
  const settings = [
    `dataDir=${join(work, "data")}`,
    "clientPortAddress=127.0.0.1",
    `clientPort=${port}`,
    "tickTime=2000",
  ];
  await writeFile(
    configuration,
    [...settings, "admin.enableServer=false", "4lw.commands.whitelist=ruok,srvr", ""].join("\n"),
  );
  const classes = join(work, "classes.lst");
  const args = [`-XX:DumpLoadedClassList=${classes}`, ...serverArguments(zookeeper.classPath), configuration];
  const within = AbortSignal.any([signal, AbortSignal.timeout(startWithinMs)]);
  // They end by themselves even if this process is killed meanwhile.
  const limit = [`${startWithinMs / 1000}`, zookeeper.java.path];
  const ours = { env: environment, extendEnv: false, reject: false, stdio: "ignore" } as const;
  const server = execa("timeout", [...limit, ...args], { ...ours, cancelSignal: within });
  const lives = () => server.exitCode === null && server.signalCode === null;
  while (lives() && (await ask(port, "ruok")) !== "imok") await sleep(25, undefined, { signal: within });
  if (lives()) {
    await ask(port, "srvr");
    await useOnce(port, within);
    server.kill("SIGTERM");
  }
  if (!endedWell.includes((await server).exitCode)) return;
  const files = [`-XX:SharedClassListFile=${classes}`, `-XX:SharedArchiveFile=${archive}`];
  const all = [...limit, ...dumpArguments, ...files, "-cp", zookeeper.classPath.join(delimiter)];
  await execa("timeout", all, { ...ours, cancelSignal: within });
}

/** Opens a session and does what masters and agents do in theirs, so that the classes for it are loaded. */
async function useOnce(port: number, signal: AbortSignal): Promise<void> {
  const { default: zookeeper } = await import("node-zookeeper-client");
  const client = mendZooKeeperClient(zookeeper.createClient(`127.0.0.1:${port}`, { spinDelay: 10 }));
  const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const used = new Promise<void>((resolve) => {
    client.once("connected", () => {
      const { EPHEMERAL_SEQUENTIAL } = zookeeper.CreateMode;
      client.mkdirp("/a/b", () => {
        client.create("/a/b/c", Buffer.from("{}"), EPHEMERAL_SEQUENTIAL, () => {
          client.getChildren(
            "/a/b",
            () => undefined,
            () => client.getData("/a", () => resolve()),
          );
        });
      });
    });
  });
  client.connect();
  await Promise.race([used, stopped]);
  client.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(command));
    // A server that is just starting may accept a connection and never answer on it.
    socket.setTimeout(250, () => socket.destroy());
    socket.on("data", (data) => (answer += data.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}
