// An archive of the classes that a ZooKeeper server loads, in the form that the JVM maps into memory: with it a server answers
// in less than half the time.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mendZooKeeperClient } from "../../../mesos/mend-zookeeper-client.ts";
import type { Machine } from "./machine.ts";
import type { ZooKeeperRuntime } from "./runtime-types.ts";
import { serverArguments } from "./zookeeper-command.ts";

export interface ClassArchiveOptions {
  cacheDirectory: string;
  machine: Machine;
  signal: AbortSignal;
}

const startWithinMs = 20_000;

/**
 * Path of the archive for this Java and these jars, made on first use by a server that is started for this alone. Undefined where
 * this Java cannot make one (before 13) or the attempt failed: a server starts without one as well.
 */
export async function ensureClassArchive(
  zookeeper: ZooKeeperRuntime,
  options: ClassArchiveOptions,
): Promise<string | undefined> {
  if (Number(zookeeper.java.version.split(".")[0]) < 13) return undefined;
  const identity = [zookeeper.java.path, zookeeper.java.version, ...serverArguments(zookeeper.classPath)];
  const name = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
  const path = join(options.cacheDirectory, "class-archives", `zookeeper-${name}.jsa`);
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const work = await mkdtemp(join(dirname(path), "making-"));
  try {
    const made = join(work, "classes.jsa");
    await recordClasses(zookeeper, { made, work, ...options });
    if (!existsSync(made)) return undefined;
    await rename(made, path);
    return path;
  } catch {
    options.signal.throwIfAborted();
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A server that has done what a cluster asks of it, and is ended, writes the archive on its way out. */
async function recordClasses(
  zookeeper: ZooKeeperRuntime,
  { made, work, machine, signal }: ClassArchiveOptions & { made: string; work: string },
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
  const args = [`-XX:ArchiveClassesAtExit=${made}`, ...serverArguments(zookeeper.classPath), configuration];
  const within = AbortSignal.any([signal, AbortSignal.timeout(startWithinMs)]);
  const server = execa(zookeeper.java.path, args, {
    env: machine.environment,
    extendEnv: false,
    cancelSignal: within,
    // It writes the archive after the signal.
    forceKillAfterDelay: startWithinMs,
    reject: false,
    stdio: "ignore",
  });
  const lives = () => server.exitCode === null && server.signalCode === null;
  while (lives() && (await ask(port, "ruok")) !== "imok") await sleep(25, undefined, { signal: within });
  await ask(port, "srvr");
  await useOnce(port, within);
  server.kill("SIGTERM");
  await server;
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
