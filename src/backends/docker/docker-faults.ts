// Faults of a cluster's parts, for whoever wants to see what a cluster makes of them.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { requireNode } from "../state/require-node.ts";
import type { Daemon } from "./daemon/daemon.ts";
import { containerNameOf, containersUsing } from "./owned-things.ts";

export interface DockerFaults {
  /** Ends the node's container as `docker stop` does; nobody starts it again. */
  stopNode(plan: ClusterPlan, node: string): Promise<void>;
  /** Ends it and starts it again. */
  restartNode(plan: ClusterPlan, node: string): Promise<void>;
  /** Ends an agent's container with all that it has launched, as when its machine is lost. */
  loseAgent(plan: ClusterPlan, node: string): Promise<void>;
}

export function dockerFaults(daemon: () => Daemon): DockerFaults {
  const act = async (plan: ClusterPlan, node: string, action: string): Promise<void> => {
    await daemon().bytes("POST", `/containers/${containerNameOf(requireNode(plan, node))}/${action}`);
  };
  return {
    stopNode: (plan, node) => act(plan, node, "stop"),
    restartNode: (plan, node) => act(plan, node, "restart"),
    async loseAgent(plan, node) {
      await act(plan, node, "kill");
      const tasks = await containersUsing(daemon(), `${plan.stateDirectory}/nodes/${node}`);
      await Promise.all(tasks.map((name) => daemon().remove(`/containers/${name}?force=1&v=1`)));
    },
  };
}
