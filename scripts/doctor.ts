// `mesos-up doctor`: what is wrong with a cluster, what it follows from, and what to do.
import type { Diagnosis } from "../src/doctor/finding.ts";
import type { Target } from "../src/doctor/gather/target.ts";
import { MesosUpError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export interface DoctorOptions extends CommonOptions {
  /** Any cluster by its address, looked at and left as it is. */
  master?: string;
  verbose?: boolean;
}

/** No question may take longer: with the two rounds of them, and the backend's own, all is said within 5 s. */
const QUESTION_LIMIT_MS = 1_500;

/** Of the command's exit: what is not well, apart from what kept the command itself from its work (1). */
const EXIT_STATUS = { ok: 0, warning: 2, failed: 3 } as const;

export function doctor(options: DoctorOptions): Promise<never> {
  return runAtTheEdge(options, async ({ signal }) => {
    const target = await targetOf(options);
    const [{ gather }, { diagnose }] = await Promise.all([
      import("../src/doctor/gather/gather.ts"),
      import("../src/doctor/diagnose.ts"),
    ]);
    const facts = await gather(target, { signal, limitMs: QUESTION_LIMIT_MS, env: process.env });
    return await resultOf(diagnose(facts), target, options);
  });
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
  diagnosis: Diagnosis,
  { cluster, masters }: Target,
  { verbose, master }: DoctorOptions,
): Promise<CommandResult> {
  const { renderDiagnosis } = await import("../src/doctor/render-diagnosis.ts");
  return {
    exitStatus: EXIT_STATUS[diagnosis.level],
    json: {
      ok: diagnosis.level === "ok",
      cluster: cluster ?? master,
      masters: masters.map(({ url }) => url),
      ...diagnosis,
    },
    text: renderDiagnosis(diagnosis, { verbose: verbose === true }),
  };
}
