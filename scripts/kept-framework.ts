// The framework of an app that was left running without a scheduler, as `demo --keep` does.
import type { FrameworkStore } from "../src/scheduler/store/framework-store.ts";

/** Its ID; undefined if none is remembered. @throws MesosUpError FRAMEWORK_STORE_UNUSABLE */
export async function keptFramework(store: FrameworkStore): Promise<string | undefined> {
  const stored = await store.load();
  return (stored?.["framework"] as { id?: string } | undefined)?.id;
}

/** Has the leading master end it with its tasks (TEARDOWN, docs/operator-http-api.md). One that no master knows has ended. */
export async function endFramework(frameworkId: string, master: string, signal: AbortSignal): Promise<void> {
  const [{ HttpClient }, { leaderDetector }, { OperatorClient }] = await Promise.all([
    import("../src/client/http.ts"),
    import("../src/client/leader.ts"),
    import("../src/client/operator.ts"),
  ]);
  await using http = new HttpClient();
  await using detector = leaderDetector(master, { http });
  const leader = new OperatorClient(http, await detector.find(signal));
  const { frameworks } = await leader.masterState(signal);
  if (frameworks.every(({ id }) => id !== frameworkId)) return;
  await leader.tell("TEARDOWN", { teardown: { framework_id: { value: frameworkId } } }, signal);
}
