// What a demo leaves on purpose: its report in the forms that were asked for, and the logs of the components.
import { access, cp, mkdir, mkdtemp, open, readdir, rmdir, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Backend } from "../src/backends/backend.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord } from "../src/backends/state/cluster-record.ts";
import { ConfigError } from "../src/errors.ts";
import { REPORT_FILE_FORMS, reportRendererFor } from "../src/report/render-report.ts";
import type { DemoReport } from "../src/report/report.ts";

/** More than any log of a demo has. */
const MOST_LINES = 100_000;

export interface Keepsakes {
  /** Files of the report. */
  report: string[];
  /** The folder for the logs. */
  logs?: string;
}

/**
 * Before anything is started, rather than after everything is done: tries to write, and leaves nothing of that.
 * @throws ConfigError REPORT_FORM_UNKNOWN, REPORT_NOT_WRITTEN, LOGS_NOT_WRITTEN
 */
export async function requireKeepsakes({ report, logs }: Keepsakes): Promise<void> {
  for (const file of report)
    if (reportRendererFor(file) === undefined)
      throw new ConfigError(`The report ${file} has no form.`, {
        code: "REPORT_FORM_UNKNOWN",
        hint: `Name a file that ends with ${REPORT_FILE_FORMS}.`,
      });
  for (const file of report)
    await tryOut(dirname(file), () => tryFile(file)).catch((error: unknown) => notWritten(file, error));
  if (logs !== undefined)
    await tryOut(logs, () => tryFolder(logs)).catch((error: unknown) => logsNotWritten(logs, error));
}

/** @throws ConfigError REPORT_NOT_WRITTEN */
export async function writeReports(files: string[], report: DemoReport): Promise<void> {
  for (const file of files) {
    try {
      await makeFolders(dirname(file));
      await writeFile(file, (await reportRendererFor(file)?.(report)) ?? "");
    } catch (error) {
      notWritten(file, error);
    }
  }
}

/**
 * Writes each component's logs to `<target>/<component>/`: its files, or where it has none on this machine, what its backend
 * can read of its log. @throws ConfigError LOGS_NOT_WRITTEN
 */
export async function saveLogs(backend: Backend, cluster: string, target: string): Promise<void> {
  const folder = clusterFolder(process.cwd(), cluster);
  const save = async (node: string): Promise<void> => {
    if (backend.kind === "local") {
      await cp(join(folder, "nodes", node, "log"), join(target, node), { recursive: true, dereference: true });
      return;
    }
    // What was never started, or is gone, has none.
    const log = await backend.logTail(cluster, node, MOST_LINES).catch(() => "");
    if (log === "") return;
    await makeFolders(join(target, node));
    await writeFile(join(target, node, `${node}.log`), `${log}\n`);
  };
  for (const node of await componentsOf(backend, folder)) {
    try {
      await makeFolders(target);
      await save(node);
    } catch (error) {
      logsNotWritten(target, error);
    }
  }
}

async function componentsOf({ kind }: Backend, folder: string): Promise<string[]> {
  if (kind === "local") return await readdir(join(folder, "nodes")).catch(() => []);
  const state = readClusterRecord(folder);
  return state.kind === "present" ? state.record.plan.nodes.map(({ name }) => name) : [];
}

/** Runs `attempt` with the folder there, and removes what was made for it. */
async function tryOut(folder: string, attempt: () => Promise<void>): Promise<void> {
  const made: string[] = [];
  try {
    await makeFolders(folder, made);
    await attempt();
  } finally {
    for (const one of made.reverse()) await rmdir(one);
  }
}

async function tryFile(file: string): Promise<void> {
  const wasThere = await isThere(file);
  await (await open(file, "a")).close();
  if (!wasThere) await unlink(file);
}

async function tryFolder(folder: string): Promise<void> {
  await rmdir(await mkdtemp(join(folder, ".mesos-up-")));
}

/**
 * One level after the other, the names of those that were not there put into `made`: Node's own recursion never ends below
 * a folder like /proc, which is there and says of what is to be made in it that there is no such folder.
 */
async function makeFolders(folder: string, made: string[] = []): Promise<void> {
  const path = resolve(folder);
  if (await isThere(path)) return;
  await makeFolders(dirname(path), made);
  try {
    await mkdir(path);
    made.push(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function notWritten(file: string, cause: unknown): never {
  throw new ConfigError(`The report cannot be written to ${file}: ${(cause as Error).message}.`, {
    code: "REPORT_NOT_WRITTEN",
    hint: "Name a file in a folder that you may write to.",
    cause,
  });
}

function logsNotWritten(target: string, cause: unknown): never {
  throw new ConfigError(`The logs cannot be written to ${target}: ${(cause as Error).message}.`, {
    code: "LOGS_NOT_WRITTEN",
    hint: "Name a folder that you may write to.",
    cause,
  });
}
