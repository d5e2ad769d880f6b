// `mesos-up doctor`: what is wrong with a cluster, what it follows from, and what to do.
import { setTimeout } from "node:timers/promises";
import type { ListingBackend } from "../src/backends/backend.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import type { Diagnosis } from "../src/doctor/finding.ts";
import type { Repair } from "../src/doctor/fix.ts";
import type { Target } from "../src/doctor/gather/target.ts";
import { ConfigError, MesosUpError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export interface DoctorOptions extends CommonOptions {
  /** Any cluster by its address, looked at and left as it is. */
  master?: string;
  verbose?: boolean;
  fix?: boolean;
}

/** No question may take longer: with the two rounds of them, and the backend's own, all is said within 5 s. */
const QUESTION_LIMIT_MS = 1_500;

/** Of the command's exit: what is not well, apart from what kept the command itself from its work (1). */
const EXIT_STATUS = { ok: 0, warning: 2, failed: 3 } as const;

export function doctor(options: DoctorOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const look = await lookAt(options, edge.signal);
    if (options.fix !== true) return await resultOf({ diagnosis: await look() }, options);
    const { fix } = await import("../src/doctor/fix.ts");
    const { spec, backend } = await ownCluster(options);
    const fixed = await fix({
      look,
      apply: async ({ kind, node }) => {
        if (kind === "up") await backend.up(recordedSpec(spec), edge);
        else if (node !== undefined) await backend.act(spec.name, node, "restart", edge);
      },
      nowMs: () => performance.now(),
      sleep: (durationMs) => setTimeout(durationMs, undefined, { signal: edge.signal }),
    });
    return await resultOf(fixed, options);
  });
}

/** Looks at the cluster as it is now, as often as asked. */
async function lookAt(options: DoctorOptions, signal: AbortSignal): Promise<() => Promise<Diagnosis>> {
  const [{ gather }, { diagnose }] = await Promise.all([
    import("../src/doctor/gather/gather.ts"),
    import("../src/doctor/diagnose.ts"),
  ]);
  const limits = { signal, limitMs: QUESTION_LIMIT_MS, env: process.env };
  return async () => diagnose(await gather(await targetOf(options), limits));
}

/** @throws ConfigError DOCTOR_READ_ONLY */
async function ownCluster(options: DoctorOptions): Promise<{ spec: ClusterSpec; backend: ListingBackend }> {
  if (options.master !== undefined) {
    throw new ConfigError("A cluster that is named by --master is only looked at.", {
      code: "DOCTOR_READ_ONLY",
      hint: "Leave out --fix, or name a cluster of yours with --name.",
    });
  }
  const spec = await readClusterSpec(options);
  return { spec, backend: await backendFor(spec) };
}

/** As the cluster was brought up: without its file, nobody is to describe it anew in order to mend it. */
function recordedSpec(spec: ClusterSpec): ClusterSpec {
  const state = readClusterRecord(clusterFolder(process.cwd(), spec.name));
  return state.kind === "present" ? state.record.spec : spec;
}

async function targetOf(options: DoctorOptions): Promise<Target> {
  const { foreignTarget, managedTarget } = await import("../src/doctor/gather/target.ts");
  if (options.master !== undefined) return foreignTarget(options.master);
  const spec = await readClusterSpec(options);
  const target = await managedTarget(await backendFor(spec), spec.name);
  if (target !== undefined) return target;
  throw new MesosUpError(`There is no cluster ${spec.name} here.`, {
    code: "CLUSTER_UNKNOWN",
    hint: "`npx mesos-up up` brings one up; `--master zk://…` looks at one that runs elsewhere.",
  });
}

async function resultOf(
  { diagnosis, repairs }: { diagnosis: Diagnosis; repairs?: Repair[] },
  options: DoctorOptions,
): Promise<CommandResult> {
  const { verbose, master } = options;
  const { renderDiagnosis, renderRepairs } = await import("../src/doctor/render-diagnosis.ts");
  const { level } = diagnosis;
  return {
    exitStatus: EXIT_STATUS[level],
    json: {
      ok: level === "ok",
      cluster: master ?? (await readClusterSpec(options)).name,
      ...(repairs && { repairs }),
      ...diagnosis,
    },
    text: [
      ...(repairs === undefined ? [] : renderRepairs(repairs)),
      renderDiagnosis(diagnosis, { verbose: verbose === true }),
    ].join("\n"),
  };
}
