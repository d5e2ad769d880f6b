// Several schedulers of one framework: what they must remember is in ZooKeeper, and one of them leads.
import { hostname } from "node:os";
import { parseMasterAddress } from "../src/client/master-address.ts";
import { ConfigError, MesosUpError } from "../src/errors.ts";
import { createSteps } from "../src/progress/steps.ts";
import { leaderText } from "../src/scheduler/control/standby.ts";
import { Election, type Candidate, type Leadership } from "../src/scheduler/store/election.ts";
import type { CommandResult, Edge } from "./edge.ts";

/** This process's part in the election of the scheduler that is known by `app`. @throws ConfigError STORE_ADDRESS_INVALID */
export function electionFor(store: string, app: string): Election {
  const self = { host: hostname(), pid: process.pid };
  return new Election({ address: storeAddress(store), app, self });
}

/** Of `--store`. */
function storeAddress(text: string) {
  const invalid = (cause?: unknown) =>
    new ConfigError(`"${text}" names no place to store in.`, {
      code: "STORE_ADDRESS_INVALID",
      hint: "Write zk://host:port,host:port/path.",
      cause,
    });
  try {
    const address = parseMasterAddress(text);
    if (address.kind === "zookeeper") return address.path === "/" ? { ...address, path: DEFAULT_PATH } : address;
  } catch (error) {
    throw invalid(error);
  }
  throw invalid();
}

const DEFAULT_PATH = "/mesos-up";

/**
 * Where several schedulers may run an app: runs it if this process leads, else stands by until it does, or leaves that to a
 * scheduler that is left behind.
 */
export async function runElected(
  store: string,
  app: string,
  { edge, detach }: { edge: Edge; detach: boolean },
  run: (leadership: Leadership) => Promise<CommandResult>,
): Promise<CommandResult> {
  await using election = electionFor(store, app);
  const limit = detach ? { timeoutMs: edge.timeoutMs } : {};
  const steps = createSteps({ sink: edge.progress, signal: edge.signal, ...limit });
  const found = await steps.step({ id: "lead", title: "This scheduler leads" }, async (context) => {
    const leader = detach ? await election.leader(context.signal) : undefined;
    if (leader !== undefined) context.detail(`no: ${leaderText(leader)} does`);
    return leader ?? (await leadOrStandBy(election, context.signal, (message) => context.note(message)));
  });
  if (found === undefined) {
    throw new MesosUpError(`The framework of ${app} was ended by the scheduler that led.`, {
      code: "FRAMEWORK_ENDED",
      hint: "Run the app again to launch it anew.",
    });
  }
  return "store" in found ? await run(found) : standbyResult(app, found);
}

/** Undefined if the framework was ended by another one meanwhile. */
async function leadOrStandBy(
  election: Election,
  signal: AbortSignal,
  onStandby: (message: string) => void,
): Promise<Leadership | undefined> {
  const followed: Candidate[] = [];
  const leadership = await election.lead(signal, (leader) => {
    if (leader !== undefined) followed.push(leader);
    onStandby(leader === undefined ? "ZooKeeper is out of reach" : `it stands by: ${leaderText(leader)} leads`);
  });
  if (followed.length === 0 || (await leadership.store.load()) !== undefined) return leadership;
  await leadership.resign();
  return undefined;
}

function standbyResult(app: string, leader: Candidate): CommandResult {
  const text = [
    `A scheduler stands by for ${app}, should ${leaderText(leader)} be gone.`,
    `That one goes on with the app as it has it: \`npx mesos-up update FILE\` on ${leader.host} changes it.`,
  ].join("\n");
  return { json: { ok: true, standby: true, leader }, text };
}
