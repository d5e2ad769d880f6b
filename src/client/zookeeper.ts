// Is this ZooKeeper ready? An open port says little: a server listens before it serves, and serves before its ensemble
// has a leader.
import { connect } from "node:net";
import { MesosUpError } from "../errors.ts";
import { systemClock, withTimeLimit } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { UnreachableError } from "./http.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";

export interface ZooKeeperServer {
  /** As in "3.8.0". */
  version: string;
  mode: "standalone" | "leader" | "follower" | "observer" | "read-only";
}

const ANSWER_LIMIT_MS = 2000;
const POLL_MS = 10;

/** Of the first look at a server that may be starting: one that comes too soon is never answered. */
const FIRST_ANSWER_LIMIT_MS = 250;

/**
 * Asks once: `ruok` and `srvr` answered, and a session opened.
 * @throws UnreachableError if nobody answers; MesosUpError ZOOKEEPER_NOT_SERVING if the server is there but not ready.
 */
export async function probeZooKeeper(
  host: string,
  port: number,
  options: { signal?: AbortSignal; clock?: Clock; limitMs?: number } = {},
): Promise<ZooKeeperServer> {
  const { signal, clock = systemClock, limitMs = ANSWER_LIMIT_MS } = options;
  const late = () => unreachable(host, port, `no answer within ${limitMs} ms`);
  return await withTimeLimit((within) => probe(host, port, within), { clock, limitMs, signal, late });
}

/**
 * Asks until the server is ready or the signal is aborted. `onWaiting` hears why not, once per reason.
 * @throws the signal's reason
 */
export async function waitForZooKeeper(
  host: string,
  port: number,
  options: { signal: AbortSignal; clock?: Clock; onWaiting?: (reason: string) => void },
): Promise<ZooKeeperServer> {
  const { signal, clock = systemClock, onWaiting } = options;
  let reported = "";
  for (let limitMs = FIRST_ANSWER_LIMIT_MS; ;) {
    const askedMs = clock.nowMs();
    try {
      return await probeZooKeeper(host, port, { signal, clock, limitMs });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MesosUpError)) throw error;
      if (error.message !== reported) onWaiting?.(error.message);
      reported = error.message;
      if (clock.nowMs() - askedMs >= limitMs) limitMs = Math.min(ANSWER_LIMIT_MS, 2 * limitMs);
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function probe(host: string, port: number, signal: AbortSignal): Promise<ZooKeeperServer> {
  // One question at a time: what a server that starts is asked keeps it from starting.
  const srvr = await fourLetterWord("srvr", { host, port, signal });
  const server = parseServerReport(srvr);
  if (server === undefined) throw notServing(host, port, srvr || "nothing");
  await using session = await ZooKeeperSession.begin(`${host}:${port}`);
  const [ruok] = await Promise.all([fourLetterWord("ruok", { host, port, signal }), session.opened(signal)]);
  if (ruok !== "imok" && !ruok.includes("not in the whitelist")) throw notServing(host, port, ruok || "nothing");
  return server;
}

/** Version and mode out of the answer to `srvr`; undefined while the server does not serve. */
export function parseServerReport(text: string): ZooKeeperServer | undefined {
  const version = /^Zookeeper version: (\d[\w.]*)/m.exec(text)?.[1];
  const mode = /^Mode: (standalone|leader|follower|observer|read-only)$/m.exec(text)?.[1];
  return version === undefined || mode === undefined ? undefined : { version, mode: mode as ZooKeeperServer["mode"] };
}

/** ZooKeeper's administrative commands: the word is sent, the answer comes, the server closes. */
function fourLetterWord(word: string, to: { host: string; port: number; signal: AbortSignal }): Promise<string> {
  return new Promise((resolve, reject) => {
    to.signal.throwIfAborted();
    const parts: Buffer[] = [];
    const socket = connect({ host: to.host, port: to.port, noDelay: true });
    const abort = () => socket.destroy(to.signal.reason as Error);
    to.signal.addEventListener("abort", abort, { once: true });
    socket.on("connect", () => socket.write(word));
    socket.on("data", (part) => parts.push(part));
    socket.on("error", (cause) => reject(to.signal.aborted ? cause : unreachable(to.host, to.port, cause.message)));
    socket.on("close", () => {
      to.signal.removeEventListener("abort", abort);
      resolve(Buffer.concat(parts).toString("utf8").trim());
    });
  });
}

function unreachable(host: string, port: number, reason: string): UnreachableError {
  return new UnreachableError(`ZooKeeper at ${host}:${port} gave no answer: ${reason}.`, {
    code: "UNREACHABLE",
    hint: "Check that ZooKeeper runs and that its address is right.",
    url: `${host}:${port}`,
  });
}

function notServing(host: string, port: number, said: string): MesosUpError {
  return new MesosUpError(`ZooKeeper at ${host}:${port} does not serve yet; it said ${JSON.stringify(said)}.`, {
    code: "ZOOKEEPER_NOT_SERVING",
    hint: "Wait until its ensemble has a majority; let it answer ruok and srvr (4lw.commands.whitelist).",
  });
}
