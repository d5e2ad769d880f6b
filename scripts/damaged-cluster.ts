// A cluster that is kept here, and of which the record cannot be read: that it is so, and what can still be had of it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import { errorCode } from "../src/backends/state/state-errors.ts";
import { claimFacts } from "../src/doctor/gather/claims.ts";
import { missing, type Gathered } from "../src/export/pieces.ts";
import { salvagedPart, salvagedParts, type SalvagedPart } from "../src/logs/salvaged-cluster.ts";

/**
 * What is wrong with the record of the cluster in that folder; undefined where nothing is, and where there is no cluster. A
 * record that is missing beside all the rest is damage, unless somebody is at work there: it is written down first.
 */
export function damageOf(folder: string): string | undefined {
  const state = readClusterRecord(folder);
  if (state.kind === "damaged") return `${state.file}: ${state.reason}`;
  if (state.kind === "present" || !["nodes", "processes"].some((one) => existsSync(join(folder, one))))
    return undefined;
  if (claimFacts(folder).some((claim) => claim.state === "at work")) return undefined;
  return `${join(folder, "cluster.json")}: it is not there`;
}

/** The record as it is, that what is wrong with it may be seen; a document where it is one, as that of another version. */
export function damagedRecord(folder: string): Gathered[] {
  const what = "the damaged record of the cluster";
  let text: string;
  try {
    text = readFileSync(join(folder, "cluster.json"), "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    return [missing({ file: "cluster.json", what }, error)];
  }
  try {
    return [{ file: "cluster.json", what, content: { kind: "json", value: JSON.parse(text) as unknown } }];
  } catch {
    return [{ file: "cluster.json.txt", what, content: { kind: "text", text } }];
  }
}

/** By the folder, and by the containers that carry its mark, where there are any. */
export async function partsOfDamaged(folder: string, env: NodeJS.ProcessEnv): Promise<SalvagedPart[]> {
  const parts = await inDocker(folder, env).catch(() => []);
  return parts.length > 0 ? parts : salvagedParts(folder);
}

async function inDocker(folder: string, env: NodeJS.ProcessEnv): Promise<SalvagedPart[]> {
  const [{ Daemon }, { daemonAddress }, { ownedContainers }, { containerLog }] = await Promise.all([
    import("../src/backends/docker/daemon/daemon.ts"),
    import("../src/backends/docker/daemon/daemon-address.ts"),
    import("../src/backends/docker/owned-things.ts"),
    import("../src/backends/docker/container-log.ts"),
  ]);
  const daemon = new Daemon(daemonAddress(env));
  const containers = (await ownedContainers(daemon, folder)).filter(({ role }) => role !== "mirror");
  return await Promise.all(
    containers.map(async ({ id, node }) => {
      const found = await daemon.find<{ Args?: string[] }>(`/containers/${id}/json`);
      return salvagedPart({ name: node, args: found?.Args ?? [], log: containerLog(daemon, id) });
    }),
  );
}
