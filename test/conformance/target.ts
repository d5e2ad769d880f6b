// Whether a Mesos is set up as the recorded one was: with less, its answers could not be the same.
import { MesosUpError } from "../../src/errors.ts";
import { PlainHttp } from "./probe/plain-http.ts";
import type { Target } from "./probe/probe.ts";
import type { AgentSummary, MasterState } from "./probe/state.ts";

export const AGENT_ATTRIBUTES = "rack:r2d2;pod:demo,dev";
export const AGENT_RESOURCES = "cpus:4;mem:4096;disk:10000;ports:[9000-10000]";

const ATTRIBUTES = { rack: "r2d2", pod: "demo,dev" };
const RESOURCES = { cpus: 4, mem: 4096, disk: 10000, ports: "[9000-10000]" };

/** @throws MesosUpError CONFORMANCE_TARGET_UNREACHABLE or CONFORMANCE_TARGET_UNFIT */
export async function checkTarget(target: Target): Promise<void> {
  const http = new PlainHttp();
  try {
    const state = (await read(http, target.master, "/state")) as MasterState;
    await read(http, target.agent, "/state");
    const [agent, ...others] = state.slaves;
    if (agent === undefined || others.length > 0) throw unfit(`The master has ${state.slaves.length} agents, not one.`);
    if (!agent.active) throw unfit("The master's agent is not active.");
    if (!has(agent, "attributes", ATTRIBUTES)) throw unfit("The agent has other attributes than the recorded one.");
    if (!has(agent, "resources", RESOURCES)) throw unfit("The agent has other resources than the recorded one.");
    if (state.frameworks.length > 0) throw unfit("The master has frameworks of somebody else.");
  } finally {
    http.close();
  }
}

async function read(http: PlainHttp, base: string, path: string): Promise<unknown> {
  const answer = await http.exchange(base, { method: "GET", path }).catch((cause: unknown) => {
    throw unreachable(`Nothing answers at ${base}.`, cause);
  });
  if (answer.status !== 200) throw unreachable(`${base}${path} answers with status ${answer.status}.`);
  return answer.json;
}

function has(agent: AgentSummary, field: "attributes" | "resources", wanted: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([name, value]) => agent[field][name] === value);
}

function unreachable(message: string, cause?: unknown): MesosUpError {
  return new MesosUpError(message, {
    code: "CONFORMANCE_TARGET_UNREACHABLE",
    hint: "Give the leading master and the agent as --master http://HOST:PORT --agent http://HOST:PORT.",
    cause,
  });
}

function unfit(message: string): MesosUpError {
  return new MesosUpError(message, {
    code: "CONFORMANCE_TARGET_UNFIT",
    hint:
      "The suite needs an otherwise idle master with one agent started with " +
      `'--attributes=${AGENT_ATTRIBUTES}' '--resources=${AGENT_RESOURCES}' (docs/conformance.md).`,
  });
}
