// What the doctor looks at and works on: a cluster that is kept in a folder, with its schedulers, or one by its address.
import { setTimeout } from "node:timers/promises";
import type { UpOptions } from "../src/backends/backend.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import { diagnose } from "../src/doctor/diagnose.ts";
import type { Diagnosis } from "../src/doctor/finding.ts";
import type { Fixed } from "../src/doctor/fix.ts";
import { gather, type GatherOptions } from "../src/doctor/gather/gather.ts";
import { damagedTarget, foreignTarget, managedTarget, type Target } from "../src/doctor/gather/target.ts";
import { MesosUpError } from "../src/errors.ts";
import { damageOf } from "./damaged-cluster.ts";
import type { OwnCluster } from "./doctor-remedies.ts";
import { askSchedulers } from "./doctor-schedulers.ts";

/**
 * What hangs is waited for no longer, and all questions together are over soon enough for all to be said within 5 s. A
 * busy machine may well need a second or two.
 */
const LIMITS = { limitMs: 2_500, totalMs: 3_600 };

/** @throws MesosUpError CLUSTER_UNKNOWN */
export async function examine(own: OwnCluster, signal: AbortSignal): Promise<Diagnosis> {
  return diagnose(await gather(targetOf(own), { ...own, signal, ...LIMITS }));
}

/** Looks at a cluster that somebody else runs. @throws ConfigError MASTER_ADDRESS_INVALID */
export async function examineForeign(
  master: string,
  how: Omit<GatherOptions, keyof typeof LIMITS>,
): Promise<Diagnosis> {
  return diagnose(await gather(foreignTarget(master), { ...how, ...LIMITS }));
}

/** Applies remedies until all is well, or nothing is left to try. `yes` allows what may end tasks or lose data. */
export async function treat(
  own: OwnCluster,
  { yes, ...work }: UpOptions & { yes?: boolean | undefined },
): Promise<Fixed> {
  const [{ fix }, { applyRemedy }] = await Promise.all([
    import("../src/doctor/fix.ts"),
    import("./doctor-remedies.ts"),
  ]);
  return await fix({
    look: () => examine(own, work.signal),
    apply: (remedy) => applyRemedy(remedy, own, work),
    yes,
    nowMs: () => performance.now(),
    sleep: (durationMs) => setTimeout(durationMs, undefined, { signal: work.signal }),
  });
}

/** What is gathered from. @throws MesosUpError CLUSTER_UNKNOWN */
export function targetOf({ root, spec: { name }, backend, env }: OwnCluster): Target {
  const folder = clusterFolder(root, name);
  const damage = damageOf(folder);
  if (damage !== undefined) return damagedTarget(name, damage);
  const state = readClusterRecord(folder);
  if (state.kind === "present") {
    return managedTarget(state.record.plan, backend, (options) => askSchedulers(state.record.plan, { env, options }));
  }
  throw new MesosUpError(`There is no cluster ${name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "`npx mesos-up up` brings one up; `--master zk://…` looks at one that runs elsewhere.",
  });
}
