// A fault as the catalogue has it, and what is done with each: injected, looked at, mended, until all is well again.
import { expect } from "vitest";
import type { OwnCluster } from "../../scripts/doctor-remedies.ts";
import { targetOf, treat } from "../../scripts/doctor-world.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { valueOf, type Facts } from "../../src/doctor/facts.ts";
import type { Diagnosis } from "../../src/doctor/finding.ts";
import type { Repair } from "../../src/doctor/fix.ts";
import { gather } from "../../src/doctor/gather/gather.ts";
import type { Target } from "../../src/doctor/gather/target.ts";
import { until } from "../e2e/support/until.ts";
import type { Row } from "./table.ts";

export interface Fault {
  name: string;
  inject: () => Promise<void> | void;
  /** What is to be named as the root cause: the check, and what it is about. */
  id: string;
  subject?: string;
  /** Part of what is said. */
  says?: RegExp;
  /** The world as the doctor is shown it, where the fault is not in the world itself. */
  shown?: (target: Target) => Target;
  env?: NodeJS.ProcessEnv;
  /**
   * What puts it right: `fix` alone, `fix` with leave to end tasks (which is refused without), or nobody but the user, whose
   * part is `hand`.
   */
  cure: "fix" | "fix --yes" | "by hand";
  /** Done before `fix` where there is both. */
  hand?: () => Promise<void> | void;
  /** Takes the place of `fix` in this process. */
  fix?: () => Promise<Repair[]>;
  /** How many tasks are lost. Default: none. */
  loses?: number;
  /** They need not be: it depends on who comes first. */
  isLossSure?: boolean;
}

const LIMIT_MS = 1_500;

/** What is there to be seen, and what it comes to. */
export async function lookAt(own: OwnCluster, fault: Pick<Fault, "shown" | "env"> = {}): Promise<[Diagnosis, Facts]> {
  const target = targetOf(own);
  const signal = new AbortController().signal;
  const facts = await gather(fault.shown?.(target) ?? target, { signal, limitMs: LIMIT_MS, env: fault.env ?? own.env });
  return [diagnose(facts), facts];
}

/** The tasks that run, by the word of the leading master. */
export async function tasksOf(own: OwnCluster): Promise<string[]> {
  const [, { leader }] = await lookAt(own);
  return (valueOf(leader?.tasks)?.running ?? []).filter(({ state }) => state === "TASK_RUNNING").map(({ id }) => id);
}

export async function untilWell(own: OwnCluster): Promise<void> {
  let last: unknown;
  const isWell = async (): Promise<boolean> => {
    const [{ findings }] = await lookAt(own);
    last = findings.filter(({ level }) => level !== "ok");
    return (last as unknown[]).length === 0;
  };
  await until("all is well", isWell).catch((error: unknown) => {
    throw new Error(JSON.stringify(last, null, 2), { cause: error });
  });
}

/** Plays a fault on a cluster that is well, and leaves it well. Resolves with its line of the table. */
export async function play(fault: Fault, own: OwnCluster): Promise<Row> {
  const before = await tasksOf(own);
  await fault.inject();
  const begunMs = performance.now();
  const { rootCause } = await named(fault, own);
  const seconds = (performance.now() - begunMs) / 1_000;
  expect(rootCause?.evidence).not.toEqual([]);
  expect(rootCause?.remedy?.command).toMatch(/\S/);
  const repairs = await cured(fault, own);
  await untilWell(own);
  const after = await tasksOf(own);
  const lost = before.filter((id) => !after.includes(id)).length;
  const { loses = 0, isLossSure = true } = fault;
  if (isLossSure) expect(lost, "tasks lost").toBe(loses);
  else expect(lost, "tasks lost").toBeLessThanOrEqual(loses);
  return { fault: fault.name, named: `${fault.id} ${fault.subject ?? ""}`.trim(), seconds, repaired: repairs, lost };
}

/** Looks until the fault is named: some take their time to be one. */
async function named(fault: Fault, own: OwnCluster): Promise<Diagnosis> {
  const { id, subject, says = /./ } = fault;
  let last: Diagnosis | undefined;
  const look = async (): Promise<Diagnosis | undefined> => {
    [last] = await lookAt(own, fault);
    const { rootCause } = last;
    const isIt = rootCause?.id === id && (subject === undefined || rootCause.subject === subject);
    return isIt && says.test(rootCause.result) ? last : undefined;
  };
  return await until(`${id} is named`, look).catch(() => {
    throw new Error(`Not named as ${id} ${subject ?? ""}: ${JSON.stringify(last?.rootCause, null, 2)}`);
  });
}

/** How it was put right, for the table. */
async function cured(fault: Fault, own: OwnCluster): Promise<string> {
  const { cure, hand, shown } = fault;
  await hand?.();
  if (cure === "by hand") return hand === undefined || shown !== undefined ? "nothing to be done" : "no: by hand";
  const work = { progress: { emit: () => undefined }, signal: new AbortController().signal, timeoutMs: 60_000 };
  if (cure === "fix --yes") {
    const { repairs } = await treat(own, work);
    expect(repairs).toContainEqual(
      expect.objectContaining({ outcome: "refused", said: expect.stringContaining("--yes") as string }),
    );
  }
  const repairs =
    fault.fix === undefined ? (await treat(own, { ...work, yes: cure === "fix --yes" })).repairs : await fault.fix();
  const done = repairs.map(({ finding, outcome }) => `${finding} ${outcome}`);
  expect(
    done.some((one) => one.endsWith(" helped")),
    JSON.stringify(repairs),
  ).toBe(true);
  return cure === "fix" ? (hand === undefined ? "yes" : "yes, after the hand") : "with --yes";
}
