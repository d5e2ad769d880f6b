// `mesos-up doctor`: what is wrong with a cluster, what it follows from, and what to do.
import { setTimeout } from "node:timers/promises";
import type { Diagnosis } from "../src/doctor/finding.ts";
import type { Repair } from "../src/doctor/fix.ts";
import { ConfigError } from "../src/errors.ts";
import { backendFor } from "./backends.ts";
import { readConnection, type ConnectionOptions } from "./connection.ts";
import type { OwnCluster } from "./doctor-remedies.ts";
import { runAtTheEdge, type CommandResult, type Edge } from "./edge.ts";
import { backendThere, readClusterSpec, type CommonOptions } from "./options.ts";

/** `master`: any cluster by its address, looked at and left as it is. */
export interface DoctorOptions extends CommonOptions, ConnectionOptions {
  verbose?: boolean;
  fix?: boolean;
  /** With `fix`: also what may end tasks or lose data. */
  yes?: boolean;
  /** Goes on looking, and tells of every change. */
  watch?: boolean;
}

/** Of the command's exit: what is not well, apart from what kept the command itself from its work (1). */
const EXIT_STATUS = { ok: 0, warning: 2, failed: 3 } as const;

export function doctor(options: DoctorOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    refuseContradictions(options);
    const look = await lookAt(options, edge);
    if (options.watch === true) return await watch(look, options, edge);
    if (options.fix !== true) return await resultOf({ diagnosis: await look() }, options);
    const { treat } = await import("./doctor-world.ts");
    return await resultOf(await treat(await ownCluster(options), { ...edge, yes: options.yes }), options);
  });
}

/** @throws ConfigError DOCTOR_READ_ONLY, OPTIONS_CONTRADICT */
function refuseContradictions({ master, fix, yes, watch }: DoctorOptions): void {
  if (fix === true && master !== undefined) {
    throw new ConfigError("A cluster that is named by --master is only looked at.", {
      code: "DOCTOR_READ_ONLY",
      hint: "Leave out --fix, or name a cluster of yours with --name.",
    });
  }
  if (fix === true && watch === true) {
    throw new ConfigError("--watch only looks, and --fix does not.", {
      code: "OPTIONS_CONTRADICT",
      hint: "Run `mesos-up doctor --fix` once, then watch what comes of it.",
    });
  }
  if (yes === true && fix !== true) {
    throw new ConfigError("--yes allows --fix to end tasks, and there is no --fix.", {
      code: "OPTIONS_CONTRADICT",
      hint: "Say --fix --yes, or leave both out.",
    });
  }
}

/** Looks at the cluster as it is now, as often as asked. */
async function lookAt(options: DoctorOptions, { signal }: Edge): Promise<() => Promise<Diagnosis>> {
  const { master } = options;
  if (master !== undefined) {
    const [{ examineForeign }, connection] = await Promise.all([import("./doctor-world.ts"), readConnection(options)]);
    return () => examineForeign(master, { env: process.env, connection, signal });
  }
  const [{ examine }, own] = await Promise.all([import("./doctor-world.ts"), ownCluster(options)]);
  return () => examine(own, signal);
}

async function ownCluster(options: DoctorOptions): Promise<OwnCluster> {
  const [described, connection] = await Promise.all([readClusterSpec(options), readConnection(options)]);
  const spec = { ...described, backend: backendThere(described, options.backend) };
  return { root: process.cwd(), spec, backend: await backendFor(spec), env: process.env, connection };
}

const LOOK_EVERY_MS = 2_000;

/** Until Ctrl-C, which is its ordinary end: a document, or a page, for every change. */
async function watch(look: () => Promise<Diagnosis>, options: DoctorOptions, { signal }: Edge): Promise<CommandResult> {
  const { watch: changes } = await import("../src/doctor/watch.ts");
  const pause = () => setTimeout(LOOK_EVERY_MS, undefined, { signal });
  let last: CommandResult | undefined;
  try {
    for await (const diagnosis of changes({ look, pause })) {
      last = await resultOf({ diagnosis }, options);
      const at = new Date().toISOString();
      const said = options.json ? JSON.stringify({ at, ...(last.json as object) }) : `${at}\n${last.text}\n`;
      process.stdout.write(`${said}\n`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { json: undefined, text: "", streamed: true, exitStatus: last?.exitStatus ?? 0 };
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
