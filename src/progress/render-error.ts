// An error as a user reads it: what happened, what to do, and the evidence.
import { inspect } from "node:util";
import { CommandError, ConfigError, MesosApiError, MesosUpError, StepError, TaskFailedError } from "../errors.ts";
import type { ConfigIssue } from "../errors.ts";
import { colours } from "./format.ts";
import type { Colours } from "./format.ts";
import { failedStep } from "./step-error.ts";

/** Lines of evidence at most. */
const TAIL_LINES = 20;

export interface RenderErrorOptions {
  /** Adds the stack and the causes. */
  debug?: boolean;
  colour?: boolean;
}

/** The text of an error, without a line break at its end. */
export function renderError(error: unknown, options: RenderErrorOptions = {}): string {
  const paint = colours(options.colour ?? false);
  const lines = [...sentences(error, paint), ...details(error, paint)];
  if (options.debug) lines.push("", paint.dim(inspect(error, { colors: false, depth: 4 })));
  return lines.join("\n");
}

/** The last lines of whatever explains the error best, empty where it carries nothing of the kind. */
export function errorEvidence(error: unknown): { what: string; text: string } | undefined {
  const found = evidenceOf(error);
  if (found === undefined || found.text.trim() === "") return undefined;
  return { what: found.what, text: found.text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n") };
}

function sentences(error: unknown, paint: Colours): string[] {
  if (!(error instanceof MesosUpError)) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      `${paint.red("Error:")} ${message}`,
      "This is a defect of mesos-up; run the command again with --debug and report what it prints.",
    ];
  }
  const step = failedStep(error);
  // A message that is made from the step's title has named it already.
  const where = step === undefined || error.message.includes(step.title) ? "" : paint.dim(` (step "${step.title}")`);
  return [`${paint.red("Error:")} ${error.message}${where}`, ...(error.hint === undefined ? [] : [error.hint])];
}

function details(error: unknown, paint: Colours): string[] {
  const lines: string[] = [];
  if (error instanceof ConfigError) {
    lines.push(...error.issues.map((issue) => `  ${issueLine(issue, error.file, paint)}`));
  }
  const evidence = errorEvidence(error);
  if (evidence !== undefined) {
    lines.push("", `${evidence.what}:`, ...evidence.text.split("\n").map((line) => paint.dim(`  | ${line}`)));
  }
  if (error instanceof MesosUpError && error.cleanupErrors.length > 0) {
    lines.push("", "Cleaning up failed too:");
    for (const cleanup of error.cleanupErrors) {
      const [first, ...rest] = sentences(cleanup, colours(false));
      lines.push(`  ${(first ?? "").replace(/^Error: /, "- ")}`, ...rest.map((line) => `    ${line}`));
    }
  }
  return lines;
}

function issueLine({ path, message, line, column }: ConfigIssue, file: string | undefined, paint: Colours): string {
  const position = line === undefined ? [] : [line, ...(column === undefined ? [] : [column])];
  const place = [...(file === undefined ? [] : [file]), ...position].join(":");
  return [place === "" ? "" : paint.cyan(place), path === "" ? "" : paint.bold(path), message]
    .filter(Boolean)
    .join(" ");
}

function evidenceOf(error: unknown): { what: string; text: string } | undefined {
  if (error instanceof StepError) {
    return error.logTail === "" ? evidenceOf(error.cause) : { what: "Last log lines", text: error.logTail };
  }
  if (error instanceof CommandError) return { what: `Last lines of ${error.command}`, text: error.output };
  if (error instanceof TaskFailedError) return { what: "Last lines of the task's stderr", text: error.stderrTail };
  if (error instanceof MesosApiError) return { what: `What was answered (${error.status})`, text: error.body };
  return undefined;
}
