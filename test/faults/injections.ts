// What several faults have in common.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runcContainers } from "../../src/backends/local/leftovers/runc-containers.ts";
import { valueOf } from "../../src/doctor/facts.ts";
import { until } from "../e2e/support/until.ts";
import type { TestedCluster } from "./tested-cluster.ts";

/** Resolves once the leading master holds the tasks of an agent that `lose` takes out of its sight to be unreachable. */
export async function unreachable(cluster: TestedCluster, lose: () => Promise<void> | void): Promise<void> {
  await lose();
  await until("the master gives the agent up", async () => {
    const [, { leader }] = await cluster.lookAt();
    return (valueOf(leader?.tasks)?.unreachable.length ?? 0) > 0;
  });
}

/** Makes whatever a ZooKeeper server keeps on disk unreadable, and has it try to start on that. */
export async function spoil(cluster: TestedCluster, server: string): Promise<void> {
  await cluster.kill(server);
  const folder = join(cluster.node(server).directories.work, "version-2");
  for (const name of readdirSync(folder))
    if (/^(log|snapshot)\./.test(name)) writeFileSync(join(folder, name), "neither a log nor a snapshot");
  await cluster.startInVain(server);
}

/** Ends the first process of every container of a cluster on this machine. */
export function killContainers({ folder }: TestedCluster): void {
  for (const { init } of runcContainers(folder)) if (init !== undefined) process.kill(init.pid, "SIGKILL");
}

/** Starts the agent, which has ended, without all that it had noted of what it ran. */
export async function startForgetful(cluster: TestedCluster): Promise<void> {
  const { work, others } = cluster.node("agent-1").directories;
  // What runc itself has noted of its containers stays, or nobody could find them.
  const notes = others.map((folder) => join(folder, "containers"));
  for (const folder of [work, ...notes]) rmSync(folder, { recursive: true, force: true });
  await cluster.act("agent-1", "start");
}

/** Takes an app that runs beside nginx, under the same scheduler, away again. */
export async function forget({ scheduler }: TestedCluster, app: string): Promise<void> {
  await scheduler.killApp(app);
  await until(`${app} is gone`, async () => (await scheduler.status()).apps.every(({ name }) => name !== app));
}
