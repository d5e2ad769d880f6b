// Waits until one node answers, whatever has become of the others. That it is of use to the cluster is another question.
import { setTimeout } from "node:timers/promises";
import type { PlanNode } from "../cluster/plan-types.ts";

const FIRST_POLL_MS = 10;
const MAX_POLL_MS = 250;

/** ZooKeeper opens a session; a master or agent answers /version. @throws the signal's reason */
export async function awaitNode({ kind, address, port }: PlanNode, signal: AbortSignal): Promise<void> {
  if (kind === "zookeeper") {
    const { waitForZooKeeper } = await import("../client/zookeeper.ts");
    await waitForZooKeeper(address, port, { signal });
    return;
  }
  const [{ HttpClient }, { OperatorClient }] = await Promise.all([
    import("../client/http.ts"),
    import("../client/operator.ts"),
  ]);
  await using http = new HttpClient();
  const operator = new OperatorClient(http, `http://${address}:${port}`);
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(MAX_POLL_MS, 2 * pollMs)) {
    const answered = await operator.version(signal).catch(() => undefined);
    if (answered !== undefined) return;
    await setTimeout(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
