// What connecting a container's network namespace yields, whichever way it was done.
import type { NetConnectOpts } from "node:net";
import type { PortMapping } from "../../mesos/types.ts";

/** A namespace that was connected: how its ports are reached, and what undoes it. */
export interface Connection {
  address?: string;
  /** Where a mapped port is connected to from here. */
  target?: (mapping: PortMapping) => NetConnectOpts;
  /** Opens the host's port by its own means instead. */
  publish?: (mapping: PortMapping) => Promise<void>;
  close: () => Promise<void>;
}
