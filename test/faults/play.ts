// What is done with each fault of the catalogue: injected, looked at until it is named, mended, until all is well again.
import { expect } from "vitest";
import { treat } from "../../scripts/doctor-world.ts";
import type { Diagnosis, Finding } from "../../src/doctor/finding.ts";
import type { Repair } from "../../src/doctor/fix.ts";
import { until } from "../e2e/support/until.ts";
import type { Fault, Injected } from "./fault.ts";
import { work, type TestedCluster } from "./tested-cluster.ts";
import type { Row } from "./table.ts";

/** Plays a fault on a cluster that is well, and leaves it well. Resolves with its line of the table. */
export async function play(fault: Fault, cluster: TestedCluster): Promise<Row> {
  const before = cluster.tasks;
  const isLost = (id: string): boolean => !cluster.tasks.includes(id);
  const injected = (await fault.inject(cluster)) ?? {};
  const begunMs = performance.now();
  const rootCause = await named(fault, cluster, injected);
  if (fault.cure === "its scheduler")
    await until("its tasks are others", () => cluster.untilWell().then(() => before.every(isLost)));
  const seconds = (performance.now() - begunMs) / 1_000;
  await injected.hand?.();
  const repaired = await cured(fault, cluster, injected);
  await cluster.untilWell();
  const lost = before.filter(isLost).length;
  expect(lost, "tasks lost").toBe(fault.loses ?? 0);
  return {
    fault: fault.name,
    named: rootCause && [rootCause.id, fault.named?.subject ?? ""].join(" ").trim(),
    seconds,
    repaired,
    lost,
  };
}

/** Looks until the fault is named: some take their time to be one. */
async function named(fault: Fault, cluster: TestedCluster, injected: Injected): Promise<Finding | undefined> {
  if (fault.named === undefined) return undefined;
  const { id, subject, says = /./, besides } = fault.named;
  let last: Diagnosis | undefined;
  const look = async (): Promise<Finding | undefined> => {
    const seen = await (injected.doctor?.() ?? cluster.lookAt(injected).then(([diagnosis]) => diagnosis));
    const { rootCause, findings } = seen;
    last = seen;
    const isIt = rootCause?.id === id && (subject === undefined || rootCause.subject === subject);
    const isToo = besides === undefined || findings.some((one) => one.id === besides && isUnwell(one));
    return isIt && isToo && says.test(rootCause.result) ? rootCause : undefined;
  };
  const rootCause = await until(`${id} is named`, look).catch((cause: unknown) => {
    const unwell = last?.findings.filter(isUnwell);
    throw new Error(`Not named as ${id} ${subject ?? ""}: ${JSON.stringify(unwell, null, 2)}`, { cause });
  });
  expect(rootCause.evidence).not.toEqual([]);
  expect(rootCause.remedy?.command).toMatch(/\S/);
  return rootCause;
}

function isUnwell({ level }: Finding): boolean {
  return level === "failed" || level === "warning";
}

/** How it was put right, for the table. */
async function cured({ cure, asCommand }: Fault, cluster: TestedCluster, { hand }: Injected): Promise<string> {
  if (cure === "by hand") return "no: by hand";
  if (cure === "its scheduler") return "by its scheduler";
  if (cure === "fix --yes") {
    const { repairs } = await treat(cluster.own, work);
    const said = expect.stringContaining("--yes") as string;
    expect(repairs).toContainEqual(expect.objectContaining({ outcome: "refused", said }));
  }
  const repairs =
    asCommand === true
      ? (await cluster.place.json<{ repairs: Repair[] }>("doctor", "--fix", ...cluster.options)).output.repairs
      : (await treat(cluster.own, { ...work, yes: cure === "fix --yes" })).repairs;
  expect(
    repairs.some(({ outcome }) => outcome === "helped"),
    JSON.stringify(repairs),
  ).toBe(true);
  if (cure === "fix --yes") return "with --yes";
  return hand === undefined ? "yes" : "yes, after the hand";
}
