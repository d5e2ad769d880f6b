// Faults of a cluster's parts, for whoever wants to see what a cluster makes of them.
import { planNodeByName } from "../../cluster/plan.ts";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { MesosUpError } from "../../errors.ts";
import type { Daemon } from "./daemon/daemon.ts";
import { containersUsing } from "./owned-things.ts";

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
    await daemon().bytes("POST", `/containers/${containerOf(plan, node)}/${action}`);
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

function containerOf(plan: ClusterPlan, node: string): string {
  const name = planNodeByName(plan, node)?.container?.name;
  if (name !== undefined) return name;
  throw new MesosUpError(`The cluster ${plan.name} has no node ${node} in a container.`, {
    code: "NODE_UNKNOWN",
    hint: `Its nodes are ${plan.nodes.map((one) => one.name).join(", ")}.`,
  });
}
