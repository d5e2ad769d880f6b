// ZooKeeper, server by server, and what masters have left in it.
import { masterUrl } from "../../client/zookeeper-leader.ts";
import { ZooKeeperSession } from "../../client/zookeeper-session.ts";
import { probeZooKeeper } from "../../client/zookeeper.ts";
import { ask, type AskOptions } from "../ask.ts";
import type { Answer, ServerFacts } from "../facts.ts";
import type { Target } from "./target.ts";

/** A server that takes longer is found to be slow. */
export const SLOW_MS = 1_000;

export function serverFacts(target: Target, options: AskOptions): Promise<ServerFacts>[] {
  const connect = target.zookeeper?.connect.split(",") ?? [];
  return connect.map(async (address, index) => {
    const [host, port] = splitAddress(address);
    const name = target.plan?.nodes.filter(({ kind }) => kind === "zookeeper")[index]?.name ?? address;
    const once = () => ask((signal) => probeZooKeeper(host, Number(port), { ...options, signal }), options);
    const report = await once();
    // It may have been this program that had too much to do at once.
    const isSlow = report.kind === "answered" && report.tookMs > SLOW_MS;
    return { name, address, report: isSlow ? await once() : report };
  });
}

/** Addresses of IPv6 stand in brackets. */
function splitAddress(address: string): [string, string] {
  const at = address.lastIndexOf(":");
  return [address.slice(0, at).replace(/^\[|\]$/g, ""), address.slice(at + 1)];
}

const MASTER_NODE = /^json\.info_\d{10}$/;

/**
 * The masters' nodes in the order of their numbers: the first leads (as masters themselves see it). Every server is asked,
 * and the first that answers is heard: one that hangs would be waited for else.
 */
export function electedMasters(
  { connect, ...where }: NonNullable<Target["zookeeper"]>,
  options: AskOptions,
): Promise<Answer<string[]>> {
  return ask(async (signal) => {
    const others = new AbortController();
    const within = AbortSignal.any([signal, others.signal]);
    try {
      return await Promise.any(connect.split(",").map((server) => electedBy(server, { ...where, signal: within })));
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      others.abort();
    }
  }, options);
}

async function electedBy(
  server: string,
  { path, credentials, signal }: Omit<NonNullable<Target["zookeeper"]>, "connect"> & { signal: AbortSignal },
): Promise<string[]> {
  await using session = await ZooKeeperSession.begin(server, credentials);
  const nodes = (await session.children(path, signal)) ?? [];
  const named = nodes.filter((node) => MASTER_NODE.test(node)).sort();
  const infos = await Promise.all(named.map((node) => session.data(`${path === "/" ? "" : path}/${node}`, signal)));
  return infos.map((info) => info && masterUrl(info.toString("utf8"))).filter((url) => url !== undefined);
}
