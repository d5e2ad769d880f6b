// Who has, on this machine, the ports of a node that does not run.
import { Daemon } from "../../backends/docker/daemon/daemon.ts";
import { daemonAddress, isLocal } from "../../backends/docker/daemon/daemon-address.ts";
import { portsOf } from "../../backends/local/ports/free-ports.ts";
import { listenerAt } from "../../backends/local/ports/port-holder.ts";
import { clusterFolderOf, describeProcess } from "../../backends/state/process-identity.ts";
import type { ClusterPlan, PlanNode } from "../../cluster/plan-types.ts";
import { planNodeByName } from "../../cluster/plan.ts";
import { ask, type AskOptions } from "../ask.ts";
import { valueOf, type PortHolder } from "../facts.ts";
import { readText } from "./cgroups.ts";

interface Asking {
  env: NodeJS.ProcessEnv;
  options: AskOptions;
}

/** One for each port that is taken; undefined where the node's ports are not this machine's, or are not to be seen. */
export async function portHolders(
  plan: ClusterPlan | undefined,
  name: string,
  asking: Asking,
): Promise<PortHolder[] | undefined> {
  const node = plan && planNodeByName(plan, name);
  if (node === undefined || plan?.vagrant !== undefined || process.platform !== "linux") return undefined;
  if (plan?.docker !== undefined && !daemonIsHere(asking.env)) return undefined;
  const looked = portsHere(node).map(async ({ address, port }) => {
    const listener = await listenerAt(address, port);
    return listener === undefined ? [] : [{ port, address, ...listener }];
  });
  const taken = (await Promise.all(looked)).flat();
  if (taken.length === 0) return [];
  const containers = await runningContainers(asking);
  return taken.map(({ port, address, pid }) => {
    const clusterFolder = pid === undefined ? undefined : clusterFolderOf(pid);
    const container = clusterFolder === undefined ? containerWith(containers, { port, pid }) : undefined;
    return { port, address, pid, clusterFolder, container, described: describe(pid, container) };
  });
}

function daemonIsHere(env: NodeJS.ProcessEnv): boolean {
  try {
    return isLocal(daemonAddress(env));
  } catch {
    return false;
  }
}

/** In Docker: what is published, and what a container on the machine's own network listens on. */
function portsHere(node: PlanNode): { address: string; port: number }[] {
  const { container } = node;
  if (container === undefined || container.network === "host") return portsOf([node]);
  return container.published.map(({ bind, port }) => ({ address: bind, port }));
}

interface ListedContainer {
  Id: string;
  Names: string[];
  Ports: { PublicPort?: number; Type: string }[];
}

/** None where no Docker daemon answers. */
async function runningContainers({ env, options }: Asking): Promise<ListedContainer[]> {
  const list = (signal: AbortSignal) =>
    new Daemon(daemonAddress(env)).json<ListedContainer[]>("GET", "/containers/json", { signal });
  return valueOf(await ask(list, options)) ?? [];
}

/** By what it publishes, for which a process of Docker's listens; or by the control groups of the process that does. */
function containerWith(
  containers: ListedContainer[],
  { port, pid }: { port: number; pid: number | undefined },
): string | undefined {
  const groups = (pid === undefined ? undefined : readText(`/proc/${pid}/cgroup`)) ?? "";
  const found = containers.find(
    ({ Id, Ports }) =>
      groups.includes(Id) || Ports.some(({ PublicPort, Type }) => PublicPort === port && Type === "tcp"),
  );
  return found?.Names[0]?.replace(/^\//, "");
}

function describe(pid: number | undefined, container: string | undefined): string {
  if (container !== undefined) return `the container ${container}`;
  return pid === undefined ? "a process of another user" : describeProcess(pid);
}
