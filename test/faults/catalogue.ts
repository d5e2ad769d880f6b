// A part of the catalogue: its faults, one after the other on one cluster, and the table of what became of them.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Workplace, type WorkplaceOptions } from "../e2e/support/workplace.ts";
import type { Fault } from "./fault.ts";
import { play } from "./play.ts";
import { printTable, type Row } from "./table.ts";
import { TestedCluster } from "./tested-cluster.ts";

/**
 * Of a cluster's file: an agent that is started anew waits for its executors longer than Mesos's own two seconds, in which
 * not all come back on a machine that has much else to do.
 */
export const PATIENT_AGENT = "agents: [{ flags: { executor_reregistration_timeout: 15secs } }]\n";

export interface Catalogue {
  title: string;
  faults: readonly Fault[];
  /** Of `up`. */
  options: string[];
  /** The cluster's file, where it needs one. */
  file?: string;
  /** Done before the cluster is brought up; gives what takes it back. */
  prepare?: (place: Workplace) => () => void;
  workplace?: WorkplaceOptions;
}

/** Registers a test for each fault; gives the cluster, which is there once the tests run. */
export function catalogue({ title, faults, options, file, prepare, workplace }: Catalogue): () => TestedCluster {
  const rows: Row[] = [];
  let cluster: TestedCluster;
  let takeBack: (() => void) | undefined;

  beforeAll(async () => {
    const place = await Workplace.create(workplace);
    takeBack = prepare?.(place);
    if (file !== undefined) await place.write("cluster.yaml", file);
    const described = file === undefined ? [] : ["--cluster", "cluster.yaml"];
    expect(await place.run("up", ...described, ...options)).toMatchObject({ exitCode: 0 });
    expect(await place.run("run", "nginx", "--detach", ...described)).toMatchObject({ exitCode: 0 });
    cluster = await TestedCluster.of(place, described, workplace?.env);
    await cluster.untilWell();
  });
  afterAll(async () => {
    printTable(title, rows);
    await cluster.place.run("down", ...cluster.options);
    takeBack?.();
    await cluster.place.remove();
  });

  it.each(faults.map((fault) => [fault.name, fault] as const))("%s", async (_, fault) => {
    rows.push(await play(fault, cluster));
  });
  return () => cluster;
}
