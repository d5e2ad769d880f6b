// What a cluster has on a daemon, found by its labels, and by the folders that its tasks have mounted.
import { DOCKER_LABELS } from "../../cluster/docker/labels.ts";
import type { PlanNode } from "../../cluster/plan-types.ts";
import type { Daemon } from "./daemon/daemon.ts";

export interface OwnedContainer {
  id: string;
  name: string;
  /** Name of the node that runs in it. */
  node: string;
  /** zookeeper, master, agent or mirror. */
  role: string | undefined;
  /** Docker's own word: created, running, restarting, exited, … */
  state: string;
  /** "Exited (1) 3 seconds ago" */
  status: string;
  image: string;
}

interface ListedContainer {
  Id: string;
  Names: string[];
  State: string;
  Status: string;
  Image: string;
  Labels: Record<string, string>;
  Mounts: { Source?: string }[];
}

/** Every node of a plan for Docker has a container. */
export function containerNameOf({ name, container }: PlanNode): string {
  return container?.name ?? name;
}

/** Containers of the cluster in `folder`, running or not. Machines that are containers are Vagrant's to take down. */
export async function ownedContainers(daemon: Daemon, folder: string, signal?: AbortSignal): Promise<OwnedContainer[]> {
  const found = await daemon.json<ListedContainer[]>("GET", `/containers/json?all=1&${ofCluster(folder)}`, { signal });
  return found.filter(isNode).map(({ Id, Names, State, Status, Image, Labels }) => ({
    id: Id,
    name: nameOf(Names),
    node: Labels[DOCKER_LABELS.node] ?? nameOf(Names),
    role: Labels[DOCKER_LABELS.role],
    state: State,
    status: Status,
    image: Image,
  }));
}

/** Containers of tasks and executors that agents have had made with sandboxes in a folder. A name alone is no proof. */
export async function containersUsing(daemon: Daemon, folder: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ name: ["mesos-"] }));
  const found = await daemon.json<ListedContainer[]>("GET", `/containers/json?all=1&filters=${filters}`);
  const named = found.filter(({ Names }) => nameOf(Names).startsWith("mesos-"));
  const using = named.map(async ({ Id, Names, Mounts }) => {
    const sources = Mounts.some(({ Source }) => Source !== undefined) ? Mounts : await mountsOf(daemon, Id);
    return sources.some(({ Source = "" }) => isIn(Source, folder)) ? [nameOf(Names)] : [];
  });
  return (await Promise.all(using)).flat();
}

/** Podman leaves them out of its list. */
async function mountsOf(daemon: Daemon, id: string): Promise<ListedContainer["Mounts"]> {
  return (await daemon.find<Pick<ListedContainer, "Mounts">>(`/containers/${id}/json`))?.Mounts ?? [];
}

export async function ownedVolumes(daemon: Daemon, folder: string): Promise<string[]> {
  const { Volumes } = await daemon.json<{ Volumes: { Name: string }[] | null }>("GET", `/volumes?${ofCluster(folder)}`);
  return (Volumes ?? []).map(({ Name }) => Name);
}

export async function ownedNetworks(daemon: Daemon, folder: string): Promise<{ id: string; name: string }[]> {
  const found = await daemon.json<{ Id: string; Name: string }[]>("GET", `/networks?${ofCluster(folder)}`);
  return found.map(({ Id, Name }) => ({ id: Id, name: Name }));
}

/** Folders of all clusters that have nodes on the daemon. */
export async function clusterFolders(daemon: Daemon): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [DOCKER_LABELS.state] }));
  const found = await daemon.json<ListedContainer[]>("GET", `/containers/json?all=1&filters=${filters}`);
  return [...new Set(found.filter(isNode).flatMap(({ Labels }) => Labels[DOCKER_LABELS.state] ?? []))];
}

function isNode({ Labels }: ListedContainer): boolean {
  return Labels[DOCKER_LABELS.role] !== "machine";
}

function ofCluster(folder: string): string {
  return `filters=${encodeURIComponent(JSON.stringify({ label: [`${DOCKER_LABELS.state}=${folder}`] }))}`;
}

function nameOf(names: string[]): string {
  return (names[0] ?? "").replace(/^\//, "");
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
