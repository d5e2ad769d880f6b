// What a Terraform that was killed had just made: it is the cluster's, but no state knows it, so that its name or its addresses
// would be in the way of the next one's.
import { existsSync, readFileSync } from "node:fs";
import type { Daemon } from "./daemon/daemon.ts";
import { ownedContainers, ownedNetworks } from "./owned-things.ts";
import { terraformFolder } from "./terraform/terraform.ts";

/** Of Terraform's state, version 4, as far as it is read here. */
interface State {
  resources?: { instances?: { attributes?: { id?: string } }[] }[];
}

/**
 * Resolves with what was removed: "container master-1". Volumes stay, which are taken as they are; so do the tasks of an agent whose
 * container goes, which the next one finds again. The cluster's lock is held, and no Terraform of its is at work.
 */
export async function removeStrays(folder: string, daemon: Daemon): Promise<string[]> {
  const known = knownIds(terraformFolder(folder).state);
  if (known === undefined) return [];
  const [containers, networks] = await Promise.all([ownedContainers(daemon, folder), ownedNetworks(daemon, folder)]);
  const strays = containers.filter(({ id }) => !known.has(id));
  await Promise.all(strays.map(({ id }) => daemon.remove(`/containers/${id}?force=1&v=1`)));
  // Those that are in use can be removed only now.
  const unknown = networks.filter(({ id }) => !known.has(id));
  await Promise.all(unknown.map(({ id }) => daemon.remove(`/networks/${id}`)));
  return [...strays.map(({ node }) => `container ${node}`), ...unknown.map(({ name }) => `network ${name}`)];
}

/** IDs of the daemon's things in a state; undefined for a damaged one, of which Terraform itself complains. */
function knownIds(state: string): Set<string> | undefined {
  if (!existsSync(state)) return new Set();
  try {
    const { resources = [] } = JSON.parse(readFileSync(state, "utf8")) as State;
    return new Set(resources.flatMap(({ instances = [] }) => instances.flatMap((one) => one.attributes?.id ?? [])));
  } catch {
    return undefined;
  }
}
