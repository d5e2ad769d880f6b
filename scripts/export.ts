// `mesos-up export`: everything that somebody needs to know about a cluster from afar, in one archive and without secrets.
import { resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { HttpClient } from "../src/client/http.ts";
import type { AskOptions } from "../src/doctor/ask.ts";
import type { Diagnosis } from "../src/doctor/finding.ts";
import { renderDiagnosis } from "../src/doctor/render-diagnosis.ts";
import { composed, requireFree, writeArchive, type Manifest } from "../src/export/archive.ts";
import {
  documentPiece,
  fileName,
  isMissing,
  logPiece,
  missing,
  programPieces,
  type Gathered,
} from "../src/export/pieces.ts";
import { findLogs } from "../src/logs/cluster-logs.ts";
import { readConnection, type ConnectionOptions } from "./connection.ts";
import { runAtTheEdge, type CommandResult } from "./edge.ts";
import type { CommonOptions } from "./options.ts";
import { foreignExport, ownExport, type Exported } from "./exported-clusters.ts";

export type ExportOptions = CommonOptions & ConnectionOptions;

/** Of one question: a state may be large, and what hangs must not keep the rest. */
const LIMIT_MS = 10_000;

export function exportCluster(file: string | undefined, options: ExportOptions): Promise<never> {
  return runAtTheEdge(options, async ({ signal }) => {
    const connection = await readConnection(options);
    await using http = new HttpClient(connection);
    const cluster = await (options.master === undefined
      ? ownExport(options, connection)
      : foreignExport(options.master, { http, connection, root: process.cwd() }));
    const made = new Date().toISOString();
    const root = `mesos-up-${fileName(cluster.name)}-${made.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
    const target = resolve(file ?? `${root}.tar.gz`);
    await requireFree(target);
    const gathered = await gather(cluster, http, { signal, limitMs: LIMIT_MS, nowMs: () => performance.now() });
    const by = { "mesos-up": packageJson.version, node: process.version, platform: process.platform };
    const { manifest, files } = composed(gathered, { cluster: cluster.name, made, by }, [
      process.env,
      connection,
      ...cluster.secrets,
    ]);
    signal.throwIfAborted();
    return resultOf(target, await writeArchive(target, root, files), manifest);
  });
}

/** Everything at once; one that does not answer keeps no other. */
async function gather(cluster: Exported, http: HttpClient, options: AskOptions): Promise<Gathered[]> {
  const findings = { file: "doctor.json", what: "doctor's findings" };
  const [diagnosis, programs, logs] = await Promise.all([
    documentPiece(findings, (signal) => cluster.examine(signal), options),
    programsOf(cluster, http, options),
    logsOf(cluster, http, options),
  ]);
  return [...cluster.known, ...withText(diagnosis), ...programs, ...logs];
}

function withText(diagnosis: Gathered): Gathered[] {
  if (isMissing(diagnosis) || diagnosis.content.kind !== "json") return [diagnosis];
  const text = `${renderDiagnosis(diagnosis.content.value as Diagnosis, { verbose: true })}\n`;
  return [diagnosis, { file: "doctor.txt", what: "the same to read", content: { kind: "text", text } }];
}

async function programsOf(cluster: Exported, http: HttpClient, options: AskOptions): Promise<Gathered[]> {
  try {
    const programs = await cluster.programs(options.signal);
    const asked = programs.flatMap((one) => ("why" in one ? [] : programPieces(one, { http, options })));
    return [...(await Promise.all(asked)), ...programs.filter((one) => "why" in one)];
  } catch (error) {
    options.signal.throwIfAborted();
    return [missing({ file: "masters", what: "masters and agents" }, error)];
  }
}

async function logsOf({ logged }: Exported, http: HttpClient, options: AskOptions): Promise<Gathered[]> {
  try {
    const { logs, missing: unknown } = await findLogs(logged, { http, ended: true, signal: options.signal });
    const unfound = unknown.map(({ name, why }) => ({ file: "logs", what: `logs of ${name}`, why }));
    return [...(await Promise.all(logs.map((log) => logPiece(log, options)))), ...unfound];
  } catch (error) {
    options.signal.throwIfAborted();
    return [missing({ file: "logs", what: "logs" }, error)];
  }
}

function resultOf(file: string, bytes: number, manifest: Manifest): CommandResult {
  const { contents, missing, secretsRemoved } = manifest;
  return {
    json: { ok: true, file, bytes, contents, missing, secretsRemoved },
    text: [
      `${file}: ${contents.length} files, ${Math.ceil(bytes / 1024)} KiB; MANIFEST.json says what is in it.`,
      ...missing.map(({ what, why }) => `  not in it: ${what}: ${why}`),
      `${secretsRemoved} secrets were taken out. What no name betrays stays: look through it before you give it away.`,
    ].join("\n"),
    isFinal: true,
  };
}
