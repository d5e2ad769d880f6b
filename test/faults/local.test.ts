// The catalogue of faults on a cluster of processes: one after the other on one cluster with an app, each made for real, named as
// the root cause, put right, and all is well again.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Repair } from "../../src/doctor/fix.ts";
import { catalogue, PATIENT_AGENT } from "./catalogue.ts";
import { agentFaults } from "./local/agents.ts";
import { appFaults } from "./local/apps.ts";
import { folderFaults, ownDisk } from "./local/folders.ts";
import { portFaults } from "./local/ports.ts";
import { processFaults } from "./local/processes.ts";
import { recordFaults } from "./local/records.ts";

describe("a cluster of processes", () => {
  const cluster = catalogue({
    title: "Faults of a cluster of processes",
    file: PATIENT_AGENT,
    options: ["--containers", "runc"],
    prepare: ownDisk,
    faults: [...processFaults, ...recordFaults, ...folderFaults, ...portFaults, ...appFaults, ...agentFaults],
  });

  /** HEALTHY_RUNS=100 looks as often as the catalogue asks for. */
  const runs = Number(process.env["HEALTHY_RUNS"] ?? 10);

  it(`gives no finding while it is well, ${runs} times`, async () => {
    for (let run = 0; run < runs; run++) {
      const [{ findings }] = await cluster().lookAt();
      expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
    }
  });

  it("is mended by a rebuild where its record cannot be read, if that is allowed", async () => {
    writeFileSync(join(cluster().folder, "cluster.json"), "{");
    const { place, options } = cluster();
    const refused = await place.json<{ repairs: Repair[] }>("doctor", "--fix", ...options);
    expect(refused).toMatchObject({ exitCode: 3, output: { repairs: [{ finding: "MC006", outcome: "refused" }] } });
    const fixed = await place.json<{ repairs: Repair[] }>("doctor", "--fix", "--yes", ...options);
    expect(fixed).toMatchObject({ exitCode: 0, output: { repairs: [{ finding: "MC006", outcome: "helped" }] } });
  });
});
