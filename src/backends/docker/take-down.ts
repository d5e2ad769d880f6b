// Removes all that a cluster has on a daemon, in whatever state it is: by Terraform where its state is there, and by labels
// and mounts in any case, since Terraform knows neither of tasks nor of what a run that was killed had just made.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { removeParts, type TakeDownOptions } from "../take-down.ts";
import type { Daemon } from "./daemon/daemon.ts";
import { removeAgentFolders } from "./remove-folder.ts";
import type { DockerOptions } from "./docker-options.ts";
import { ownedContainers, ownedNetworks, ownedVolumes, containersUsing } from "./owned-things.ts";
import { endOrphans } from "./terraform/end-orphans.ts";
import { Terraform, terraformFolder } from "./terraform/terraform.ts";
import type { TerraformProgram } from "./terraform/terraform-program.ts";

export interface TakeDownMeans {
  daemon: Daemon;
  options: DockerOptions;
  /** Undefined where there is none: labels do without. */
  program: TerraformProgram | undefined;
}

/** See removeParts. @throws MesosUpError DOCKER_UNREACHABLE, before anything is removed, as well */
export async function takeDown(cluster: TakeDownOptions, means: TakeDownMeans): Promise<string[]> {
  const { folder } = cluster;
  const { daemon } = means;
  // Otherwise each part would say so.
  await daemon.json("GET", "/version");
  let image = cluster.record?.plan.docker?.images.mesos.reference;
  return await removeParts(cluster, [
    () => endOrphans(folder).then(() => []),
    async () => {
      image ??= await imageOfAgents(daemon, folder);
      return [];
    },
    () => destroy(cluster, means),
    () => removeContainers(daemon, folder),
    // Only now is nobody left who would make more of them.
    () => removeTasks(daemon, folder),
    () => removeVolumes(daemon, folder),
    () => removeNetworks(daemon, folder),
    () => removeAgentFolders(folder, daemon, image).then(() => []),
  ]);
}

/** Terraform's own destroy, where it can be had; what it cannot do is done by what follows. */
async function destroy(
  { folder, record }: TakeDownOptions,
  { program, options, daemon }: TakeDownMeans,
): Promise<string[]> {
  const { state, synthesized } = terraformFolder(folder);
  const stack = record && join(synthesized, "stacks", record.plan.name);
  if (program === undefined || stack === undefined || !existsSync(state) || !existsSync(join(stack, "cdk.tf.json")))
    return [];
  const terraform = new Terraform({ program, env: options.env, folder, daemon: daemon.address });
  const removed: string[] = [];
  const never = new AbortController().signal;
  await terraform
    .destroy(stack, { signal: never, onDone: (address) => removed.push(named(address)) })
    // A state that was made by halves, a provider that is gone: labels find what there is.
    .catch(() => undefined);
  return removed.filter((thing) => !thing.startsWith("image "));
}

/** docker_container.master-1 → container master-1 */
function named(address: string): string {
  const [type = "", name = ""] = address.split(/\.(.*)/s);
  return `${type.replace("docker_", "")} ${name}`;
}

async function removeContainers(daemon: Daemon, folder: string): Promise<string[]> {
  const containers = await ownedContainers(daemon, folder);
  await Promise.all(containers.map(({ id }) => daemon.remove(`/containers/${id}?force=1&v=1`)));
  return containers.map(({ node }) => `container ${node}`);
}

async function removeTasks(daemon: Daemon, folder: string): Promise<string[]> {
  const names = await containersUsing(daemon, folder);
  await Promise.all(names.map((name) => daemon.remove(`/containers/${name}?force=1&v=1`)));
  return names.map((name) => `container ${name}`);
}

async function removeVolumes(daemon: Daemon, folder: string): Promise<string[]> {
  const names = await ownedVolumes(daemon, folder);
  await Promise.all(names.map((name) => daemon.remove(`/volumes/${encodeURIComponent(name)}?force=1`)));
  return names.map((name) => `volume ${name}`);
}

async function removeNetworks(daemon: Daemon, folder: string): Promise<string[]> {
  const networks = await ownedNetworks(daemon, folder);
  await Promise.all(networks.map(({ id }) => daemon.remove(`/networks/${id}`)));
  return networks.map(({ name }) => `network ${name}`);
}

/** What agents run from, where nothing is recorded any more. */
async function imageOfAgents(daemon: Daemon, folder: string): Promise<string | undefined> {
  return (await ownedContainers(daemon, folder)).find(({ role }) => role === "agent")?.image;
}
