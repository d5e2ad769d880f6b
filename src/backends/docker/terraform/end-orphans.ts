// A mesos-up that was killed leaves its Terraform behind, or the provider that this one had started.
import { endProcesses } from "../../local/processes/end-processes.ts";
import { commandLineWords, identify, processIds, type ProcessIdentity } from "../../state/process-identity.ts";
import { terraformFolder } from "./terraform.ts";

/** Ends what still runs in a cluster's Terraform folder, whose lock is held: nobody else is at work there. */
export async function endOrphans(folder: string): Promise<void> {
  if (process.platform !== "linux") return;
  const { root } = terraformFolder(folder);
  const find = (): ProcessIdentity[] =>
    processIds().flatMap((pid) => {
      const words = pid === process.pid ? [] : commandLineWords(pid);
      return words.some((word) => word.replace(/^-chdir=/, "").startsWith(`${root}/`)) ? (identify(pid) ?? []) : [];
    });
  await endProcesses(find);
}
