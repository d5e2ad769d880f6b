// Stops one node's container, starts it, or both; all others are left alone.
import { createSteps } from "../../progress/steps.ts";
import { awaitNode } from "../await-node.ts";
import { ACTION_TITLES, type ComponentAction, type UpOptions } from "../backend.ts";
import { requireNode } from "../local/require-node.ts";
import { clusterFolder, lockCluster } from "../state/cluster-folder.ts";
import { readClusterRecord, requireReadable } from "../state/cluster-record.ts";
import { logTails } from "./await-cluster.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";

/** See Backend.act. */
export async function act(
  { name, node: nodeName, action }: { name: string; node: string; action: ComponentAction },
  options: DockerOptions,
  limits: UpOptions,
): Promise<void> {
  const folder = clusterFolder(options.root, name);
  const { planned } = requireNode(requireReadable(readClusterRecord(folder), name), name, nodeName);
  const daemon = new Daemon(daemonAddress(options.env));
  const lock = await lockCluster(folder, name);
  const steps = createSteps({ sink: limits.progress, signal: limits.signal, timeoutMs: limits.timeoutMs });
  const step = {
    ...{ id: action, title: `${ACTION_TITLES[action]}: ${nodeName}` },
    logTail: () => logTails(daemon, [planned]),
  };
  try {
    await steps.step(step, async (context) => {
      const container = planned.container?.name ?? planned.name;
      await daemon.bytes("POST", `/containers/${container}/${action}`);
      if (action !== "stop") await awaitNode(planned, context.signal);
      context.detail(container);
    });
  } finally {
    lock.release();
  }
}
