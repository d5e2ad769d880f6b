// Schedulers that go on without a terminal: where each says how it is reached, and how one is left behind.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { frameworkFile } from "../src/backends/state/cluster-folder.ts";
import { isAlive, type ProcessIdentity } from "../src/backends/state/process-identity.ts";
import { writeAtomically } from "../src/backends/state/write-atomically.ts";
import { MesosUpError } from "../src/errors.ts";
import { ControlClient, type SchedulerView } from "../src/scheduler/control/client.ts";
import type { ConnectionOptions } from "./connection.ts";
import { removeDeadSockets } from "./dead-sockets.ts";

/** What a scheduler's process needs to go on with an app, and others to reach it. */
export interface SchedulerRecord extends Omit<ConnectionOptions, "master"> {
  /** The first of its apps, by which it is known. */
  app: string;
  master: string;
  frameworkName: string;
  /** Absolute, of the cluster or of the schedulers on a cluster that is not ours. */
  stateDirectory: string;
  contentAddress?: string | undefined;
  /** zk://… where it remembers what it must, if not in a file beside this one. */
  store?: string | undefined;
  /** Where metrics are served, if anywhere. */
  metrics?: string | undefined;
  socket: string;
  /** Its process has a terminal, and is not to be ended from elsewhere. */
  foreground?: true;
}

const RECORD = ".scheduler.json";

/** The kernel takes no longer address of a socket. */
const MAX_SOCKET_BYTES = 100;

export function recordFile(stateDirectory: string, app: string): string {
  return join(dirname(frameworkFile(stateDirectory, app)), `${app}${RECORD}`);
}

/** Where schedulers on a cluster that is not of this folder keep what they must remember. */
export function foreignStateDirectory(root: string, master: string): string {
  const name = master.replace(/^[a-z]+:\/\//, "").replace(/[^A-Za-z0-9.-]+/g, "-");
  const hash = createHash("sha256").update(master).digest("hex").slice(0, 8);
  return join(resolve(root), ".mesos-up", `at-${name.slice(0, 40)}-${hash}`);
}

/** Every scheduler that was left behind in that folder, be its process there or not. */
export function schedulerRecords(stateDirectory: string): SchedulerRecord[] {
  const folder = dirname(recordFile(stateDirectory, "any"));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(RECORD))
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as SchedulerRecord);
}

/** A scheduler of which something was heard, or which is silent. */
export interface AskedScheduler {
  /** The app by which it is known. */
  app: string;
  client: ControlClient;
  /** Undefined if it does not answer. */
  view: SchedulerView | undefined;
}

/** What every scheduler of that folder says of itself, in the order of their records: all are asked at once. @throws the signal's reason */
export async function askSchedulers(stateDirectory: string, signal?: AbortSignal): Promise<AskedScheduler[]> {
  return await Promise.all(schedulerRecords(stateDirectory).map((record) => ask(record, signal)));
}

/** Of the folder's schedulers that answer: that which is known by the app, or one that has it besides. */
async function answeringFor(
  stateDirectory: string,
  app: string,
  signal?: AbortSignal,
): Promise<AskedScheduler | undefined> {
  const records = schedulerRecords(stateDirectory);
  // Those that stand still cost time, so none is waited for before another is asked.
  const others = records.filter((record) => record.app !== app).map((record) => ask(record, signal));
  const having = others.map(async (other) => {
    const asked = await other;
    if (asked.view?.apps.some(({ name }) => name === app) === true) return asked;
    throw new Error(`${asked.app} has no ${app}`);
  });
  const besides = Promise.any(having).catch(() => undefined);
  const own = records.find((record) => record.app === app);
  const known = own && (await ask(own, signal));
  const found = known?.view === undefined ? await besides : known;
  if (found === undefined) signal?.throwIfAborted();
  return found;
}

async function ask({ app, socket }: SchedulerRecord, signal?: AbortSignal): Promise<AskedScheduler> {
  const client = new ControlClient(socket, { signal });
  const view = await client.status().catch(() => undefined);
  if (view === undefined) signal?.throwIfAborted();
  return { app, client, view };
}

/** The scheduler that has an app, if one answers: that which is known by it, or one that has it besides. @throws the signal's reason */
export async function findScheduler(
  stateDirectory: string,
  app: string,
  signal?: AbortSignal,
): Promise<ControlClient | undefined> {
  return (await answeringFor(stateDirectory, app, signal))?.client;
}

/** The app by which that scheduler is known; undefined if none answers. @throws the signal's reason */
export async function schedulerOf(
  stateDirectory: string,
  app: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await answeringFor(stateDirectory, app, signal))?.app;
}

/** What it is asked ends with the signal. @throws MesosUpError SCHEDULER_UNKNOWN, SCHEDULER_UNREACHABLE; the signal's reason */
export async function requireScheduler(
  stateDirectory: string,
  app: string,
  signal?: AbortSignal,
): Promise<ControlClient> {
  const client = await findScheduler(stateDirectory, app, signal);
  if (client !== undefined) return client;
  const known = schedulerRecords(stateDirectory).map((one) => one.app);
  if (known.includes(app)) {
    throw new MesosUpError(`The scheduler of the app ${app} does not answer: its process is gone, or stands still.`, {
      code: "SCHEDULER_UNREACHABLE",
      hint: "`mesos-up run FILE --detach` starts it anew; it finds its tasks again.",
    });
  }
  throw new MesosUpError(`No scheduler of the app ${app} runs here.`, {
    code: "SCHEDULER_UNKNOWN",
    hint: `Leave one behind with \`mesos-up run ${app} --detach\`${known.length === 0 ? "" : `; known: ${known.join(", ")}`}.`,
  });
}

const START_LIMIT_MS = 15_000;

/**
 * Leaves a scheduler behind that goes on where this process ends; it is started anew whenever it should fail. `onRecorded` is
 * called when its record is there: from then on nobody else goes on with the app by an older one.
 */
export async function leaveScheduler(
  about: Omit<SchedulerRecord, "socket">,
  onRecorded = (): void => undefined,
): Promise<ControlClient> {
  const record: SchedulerRecord = { ...about, socket: await socketPath(about.stateDirectory, about.app) };
  // One that was ended by force in the foreground goes on without a terminal.
  delete record.foreground;
  const file = recordFile(about.stateDirectory, about.app);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeAtomically(file, JSON.stringify(record, null, 2) + "\n");
  onRecorded();
  const output = openSync(file.replace(/\.json$/, ".log"), "a", 0o600);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", "scheduler-supervisor", file], {
    // With its mark, `down` ends it with its cluster.
    env: { ...process.env, UP_MESOS_STATE: about.stateDirectory },
    cwd: "/",
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  const client = new ControlClient(record.socket);
  const deadlineMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await client.status();
      return client;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await sleep(20);
    }
  }
}

/** Has the scheduler that is known by an app end and leave its framework to this process. */
export async function takeOver(stateDirectory: string, app: string): Promise<void> {
  const record = schedulerRecords(stateDirectory).find((one) => one.app === app);
  if (record === undefined || record.foreground === true) return;
  const { client, view } = await ask(record);
  if (view === undefined) return;
  await client.release().catch(() => undefined);
  await untilGone(client);
}

/** Has every scheduler of that folder end; what they have launched goes with the cluster. */
export async function releaseSchedulers(stateDirectory: string): Promise<void> {
  await Promise.all(schedulerRecords(stateDirectory).map(({ app }) => takeOver(stateDirectory, app)));
}

/** Until a scheduler's process that was told to end has: it removes its record, which one that is left behind then may have. */
export async function untilEnded(process: ProcessIdentity): Promise<void> {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadlineMs && isAlive(process)) await sleep(10);
}

async function untilGone(client: ControlClient): Promise<void> {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadlineMs) {
    if ((await client.status().catch(() => undefined)) === undefined) return;
    await sleep(10);
  }
}

/** Near the record, or where paths are shorter. @throws MesosUpError CONTROL_SOCKET_UNUSABLE */
export async function socketPath(stateDirectory: string, app: string): Promise<string> {
  const near = join(dirname(recordFile(stateDirectory, app)), `${app}.sock`);
  if (Buffer.byteLength(near) <= MAX_SOCKET_BYTES) return near;
  const uid = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `mesos-up-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== uid) {
    throw new MesosUpError(`${folder} is another user's.`, {
      code: "CONTROL_SOCKET_UNUSABLE",
      hint: "Work in a folder with a shorter path, or set TMPDIR to a folder of yours.",
    });
  }
  chmodSync(folder, 0o700);
  await removeDeadSockets(folder);
  return join(folder, `${createHash("sha256").update(near).digest("hex").slice(0, 16)}.sock`);
}
