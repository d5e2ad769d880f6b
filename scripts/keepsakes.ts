// What a demo leaves on purpose: its report in the forms that were asked for, and the logs of the components.
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { ConfigError } from "../src/errors.ts";
import { REPORT_FILE_FORMS, reportRendererFor } from "../src/report/render-report.ts";
import type { DemoReport } from "../src/report/report.ts";

/** Before anything is started, rather than after everything is done. @throws ConfigError REPORT_FORM_UNKNOWN */
export function refuseUnknownReports(files: string[]): void {
  for (const file of files)
    if (reportRendererFor(file) === undefined)
      throw new ConfigError(`The report ${file} has no form.`, {
        code: "REPORT_FORM_UNKNOWN",
        hint: `Name a file that ends with ${REPORT_FILE_FORMS}.`,
      });
}

/** @throws ConfigError REPORT_NOT_WRITTEN */
export async function writeReports(files: string[], report: DemoReport): Promise<void> {
  for (const file of files) {
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, (await reportRendererFor(file)?.(report)) ?? "");
    } catch (error) {
      throw new ConfigError(`The report cannot be written to ${file}: ${(error as Error).message}.`, {
        code: "REPORT_NOT_WRITTEN",
        hint: "Name a file in a folder that you may write to.",
        cause: error,
      });
    }
  }
}

/** Copies each component's logs to `<target>/<component>/`. @throws ConfigError LOGS_NOT_WRITTEN */
export async function saveLogs(cluster: string, target: string): Promise<void> {
  const nodes = join(clusterFolder(process.cwd(), cluster), "nodes");
  for (const node of await readdir(nodes).catch(() => [])) {
    try {
      await cp(join(nodes, node, "log"), join(target, node), { recursive: true, dereference: true });
    } catch (error) {
      throw new ConfigError(`The logs cannot be written to ${target}: ${(error as Error).message}.`, {
        code: "LOGS_NOT_WRITTEN",
        hint: "Name a folder that you may write to.",
        cause: error,
      });
    }
  }
}
