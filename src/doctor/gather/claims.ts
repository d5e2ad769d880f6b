// Who is at work on a cluster, and locks that those have left behind who were killed at it.
import { basename, dirname, join } from "node:path";
import { claimsIn } from "../../backends/state/claim.ts";
import { frameworkFile } from "../../backends/state/cluster-folder.ts";
import { describeProcess, isAlive, isStopped } from "../../backends/state/process-identity.ts";
import type { ClaimFacts } from "../facts.ts";

/** Of a cluster's folder: its own, those of its apps, and that of its demo, which lies beside it. */
export function claimFacts(folder: string): ClaimFacts[] {
  const demo = `demo-${basename(folder)}.`;
  const found = [folder, dirname(frameworkFile(folder, "any")), dirname(folder)].flatMap((place) =>
    claimsIn(place)
      .filter(({ file }) => place !== dirname(folder) || file.startsWith(demo))
      .map(({ file, holder }) => ({ file: join(place, file), holder })),
  );
  return found.map(({ file, holder }) => {
    const { pid } = holder;
    if (!isAlive(holder)) return { file, pid, holder: `PID ${pid}`, state: "ended" };
    return { file, pid, holder: describeProcess(pid), state: isStopped(pid) ? "stopped" : "at work" };
  });
}
