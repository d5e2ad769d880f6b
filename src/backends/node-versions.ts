// What the nodes of a cluster say that they are, asked from here as users would.
import { systemClock, withTimeLimit } from "../client/clock.ts";
import type { PlanNode } from "../cluster/plan-types.ts";

/**
 * A node of this machine's own networks that does not say its version within this time says nothing at all: so it is told
 * by `status`, and whoever asks for that waits longer.
 */
export const NODE_ANSWERS_WITHIN_MS = 2_000;

export interface AskOptions {
  answerWithinMs?: number | undefined;
  /** Aborted when it is known that a node of this name will not answer. */
  signalOf?: ((node: string) => AbortSignal | undefined) | undefined;
}

/**
 * The version of each node that answers in time, by the node's name: "ZooKeeper 3.8.0", "mesos-master 1.12.0". All are asked
 * at once.
 */
export async function nodeVersions(
  nodes: readonly PlanNode[],
  { answerWithinMs = NODE_ANSWERS_WITHIN_MS, signalOf }: AskOptions = {},
): Promise<Map<string, string>> {
  const [{ HttpClient }, { probeZooKeeper }] = await Promise.all([
    import("../client/http.ts"),
    import("../client/zookeeper.ts"),
  ]);
  await using http = new HttpClient();
  const versionOf = async ({ name, program, address, port }: PlanNode): Promise<string> => {
    const hopeless = signalOf?.(name);
    if (program === "zookeeper") {
      const limits = { limitMs: answerWithinMs, ...(hopeless !== undefined && { signal: hopeless }) };
      return `ZooKeeper ${(await probeZooKeeper(address, port, limits)).version}`;
    }
    const url = `http://${address}:${port}/version`;
    // The client's own limit begins when it is connected.
    const { version } = await withTimeLimit(
      (signal) => http.json<{ version: string }>({ url, timeoutMs: answerWithinMs, signal }),
      { clock: systemClock, limitMs: answerWithinMs, signal: hopeless, late: () => new Error("no answer in time") },
    );
    return `${program} ${version}`;
  };
  const found = await Promise.all(
    nodes.map(async (node) => [node.name, await versionOf(node).catch(() => undefined)] as const),
  );
  return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
