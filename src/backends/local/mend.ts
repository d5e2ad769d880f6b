// Mends a cluster that was brought up before: starts the parts that have died, or that were added to its description.
import { plan } from "../../cluster/plan.ts";
import { afterCleanUp } from "../after-clean-up.ts";
import { awaitReady } from "../await-ready.ts";
import type { UpResult } from "../backend.ts";
import { refuseChanges } from "../compare-plans.ts";
import { upResult } from "../endpoints.ts";
import { writeClusterRecord, type ClusterRecord } from "../state/cluster-record.ts";
import { refuseTakenPorts } from "./ports/choose-slot.ts";
import { portsOf } from "./ports/free-ports.ts";
import { logTails } from "./processes/log-file.ts";
import { endNodes, missingNodes, runningProcesses, startMissing } from "./start-nodes.ts";
import type { UpRun } from "./up-run.ts";

/**
 * Starts what is missing of a cluster that is recorded. What runs is left alone, and so it is when this fails: only what
 * was started here is ended again.
 */
export async function mend(run: UpRun, recorded: ClusterRecord): Promise<UpResult> {
  const { spec, folder, options, steps, limits } = run;
  const wanted = plan(spec, recorded.placement);
  refuseChanges(recorded.plan, wanted);
  const record = { ...recorded, spec, plan: wanted };
  const missing = missingNodes(wanted);
  const before = runningProcesses(wanted);
  const title = "Missing parts are found";
  if (missing.length === 0) {
    await steps.step({ id: "prepare", title }, (context) => context.skip("every part runs already"));
    await awaitReady(wanted, { steps, signal: limits.signal, logTail: logTails });
    return upResult(wanted, [], false);
  }
  const programs = await steps.step({ id: "prepare", title }, async (context) => {
    await refuseTakenPorts(portsOf(missing));
    if (wanted.hash !== recorded.plan.hash) writeClusterRecord(folder, record);
    context.detail(missing.map(({ name }) => name).join(", "));
    return await options.findPrograms(spec, options, context);
  });
  try {
    return upResult(wanted, await startMissing(run, record, programs), false);
  } catch (error) {
    const now = runningProcesses(wanted);
    const startedHere = wanted.nodes.filter(({ name }) => now.get(name) !== before.get(name));
    throw await afterCleanUp(error, () => endNodes(startedHere, folder));
  }
}
