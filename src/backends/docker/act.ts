// Stops one node's container, starts it, or both; all others are left alone.
import { actOnNode, type NodeAction } from "../act-on-node.ts";
import { awaitNode } from "../await-node.ts";
import type { UpOptions } from "../backend.ts";
import { logTails } from "./await-cluster.ts";
import { daemonAddress } from "./daemon/daemon-address.ts";
import { Daemon } from "./daemon/daemon.ts";
import type { DockerOptions } from "./docker-options.ts";
import { containerNameOf } from "./owned-things.ts";

/** See Backend.act. */
export async function act(what: NodeAction, { root, env }: DockerOptions, limits: UpOptions): Promise<void> {
  const daemon = new Daemon(daemonAddress(env));
  await actOnNode(what, limits, {
    root,
    logTail: (node) => logTails(daemon, [node]),
    async act(node, _record, context) {
      const container = containerNameOf(node);
      await daemon.bytes("POST", `/containers/${container}/${what.action}`);
      if (what.action !== "stop") await awaitNode(node, context.signal);
      context.detail(container);
    },
  });
}
