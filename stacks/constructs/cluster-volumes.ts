// The volumes of a cluster: what outlives the containers that it is mounted in.
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import type { DockerPlan } from "../../src/cluster/docker/docker-types.ts";
import { labelBlocks } from "./literal.ts";

export class ClusterVolumes extends Construct {
  readonly #volumes = new Map<string, Volume>();

  constructor(scope: Construct, id: string, { prefix, volumes }: Pick<DockerPlan, "prefix" | "volumes">) {
    super(scope, id);
    for (const { name, labels } of volumes) {
      const own = name.slice(prefix.length + 1);
      const volume = new Volume(this, own, { name, labels: labelBlocks(labels) });
      volume.overrideLogicalId(own);
      this.#volumes.set(name, volume);
    }
  }

  /** As an expression, so that the volume is there before whoever mounts it. */
  nameOf(volume: string): string {
    const found = this.#volumes.get(volume);
    if (found === undefined) throw new TypeError(`The plan mounts the volume "${volume}" and has no such volume.`);
    return found.name;
  }
}
