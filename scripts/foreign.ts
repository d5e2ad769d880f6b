// A cluster that somebody else runs, by its address: who its masters and agents are.
import type { HttpClient } from "../src/client/http.ts";
import { leaderDetector } from "../src/client/leader.ts";
import { parseMasterAddress } from "../src/client/master-address.ts";
import { OperatorClient } from "../src/client/operator.ts";
import { agentsOf } from "../src/doctor/gather/agents.ts";
import { electedMasters } from "../src/doctor/gather/zookeeper.ts";
import { said, valueOf } from "../src/doctor/facts.ts";
import { MesosUpError } from "../src/errors.ts";

/** Of one question. */
const LIMIT_MS = 5_000;

/**
 * URLs of all masters: those of the list, or those that ZooKeeper holds.
 * @throws ConfigError MASTER_ADDRESS_INVALID; MesosUpError MASTERS_UNKNOWN
 */
export async function foreignMasters(address: string, signal: AbortSignal): Promise<string[]> {
  const parsed = parseMasterAddress(address);
  if (parsed.kind === "masters") return parsed.urls;
  const answer = await electedMasters(parsed, { signal, limitMs: LIMIT_MS, nowMs: () => performance.now() });
  const masters = valueOf(answer);
  if (masters !== undefined && masters.length > 0) return masters;
  const why = masters === undefined ? said(answer) : `there is no master under ${parsed.path}`;
  throw new MesosUpError(`No masters are found in ZooKeeper at ${parsed.connect}: ${why}.`, {
    code: "MASTERS_UNKNOWN",
    hint: "Check the address, or name the masters themselves: --master host:port,….",
  });
}

/** Agents that the leading master knows. @throws UnreachableError, MesosApiError, the signal's reason */
export async function foreignAgents(
  address: string,
  http: HttpClient,
  signal: AbortSignal,
): Promise<{ name: string; url: string }[]> {
  await using detector = leaderDetector(address, { http });
  const leader = await detector.find(AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
  return agentsOf(await new OperatorClient(http, leader).agents(signal));
}
