// A registry that keeps what is pulled through it.
import type { Construct } from "constructs";
import type { RegistryMirror } from "../../src/cluster/docker/docker-types.ts";
import { NodeContainerConstruct, type Surroundings } from "./node-container.ts";

export class RegistryMirrorConstruct extends NodeContainerConstruct {
  constructor(scope: Construct, { container }: RegistryMirror, around: Surroundings) {
    super(scope, "registry_mirror", container, around);
  }
}
