// The three kinds of nodes, each as a construct of its own: a ZooKeeper ensemble, masters, agents.
import { Construct } from "constructs";
import type { ClusterPlan, NodeKind } from "../../src/cluster/plan-types.ts";
import type { ClusterImages } from "./cluster-images.ts";
import { NodeContainerConstruct, type Surroundings } from "./node-container.ts";

/** What the nodes of a cluster share. */
export type NodeSurroundings = Surroundings & { images: ClusterImages };

class NodeGroup extends Construct {
  constructor(scope: Construct, kind: NodeKind, { nodes }: Pick<ClusterPlan, "nodes">, around: NodeSurroundings) {
    super(scope, kind);
    const { imageId } = kind === "zookeeper" ? around.images.zookeeper : around.images.mesos;
    for (const { name, container } of nodes.filter((node) => node.kind === kind)) {
      if (container === undefined)
        throw new TypeError(`The plan of ${name} has no container: it is not one for Docker.`);
      new NodeContainerConstruct(this, name, { container, imageId }, around);
    }
  }
}

/** 1, 3 or 5 servers, each with volumes for its snapshots and for its log. */
export class ZookeeperEnsemble extends NodeGroup {
  constructor(scope: Construct, plan: ClusterPlan, around: NodeSurroundings) {
    super(scope, "zookeeper", plan, around);
  }
}

/** 1, 3 or 5 masters, each with a volume for its replicated log. */
export class Masters extends NodeGroup {
  constructor(scope: Construct, plan: ClusterPlan, around: NodeSurroundings) {
    super(scope, "master", plan, around);
  }
}

/** Agents, each with a folder of the machine as its work directory, and with the daemon's socket. */
export class Agents extends NodeGroup {
  constructor(scope: Construct, plan: ClusterPlan, around: NodeSurroundings) {
    super(scope, "agent", plan, around);
  }
}
