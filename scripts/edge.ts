// The edge of the process: signals in, progress and errors out on stderr, results on stdout, one exit status.
import { ConfigError, MesosUpError } from "../src/errors.ts";
import { RecordingSink } from "../src/progress/recording-sink.ts";
import { createRenderer, wantsColour } from "../src/progress/renderer.ts";
import { errorEvidence, renderError } from "../src/progress/render-error.ts";
import { failedStep } from "../src/progress/step-error.ts";
import type { ReportError } from "../src/report/report.ts";
import type { CommonOptions } from "./options.ts";

/** What a command works with. */
export interface Edge {
  /** Records the steps for a report while it shows them. */
  progress: RecordingSink;
  /** Aborted by Ctrl-C, SIGTERM and SIGHUP. */
  signal: AbortSignal;
  timeoutMs: number;
  /** Milliseconds since the process started. */
  sinceStartMs(): number;
}

/** What a command leaves behind: a document for `--json`, lines for people, and whether it went well. */
export interface CommandResult {
  json: unknown;
  text: string;
  /** Shown after the text, and with it absent from stdout under `--json`. */
  error?: unknown;
  /** All was done, and what was seen is not well: exit status 1 without an error. */
  unwell?: boolean;
  /** It has printed what there was as it came, until it was ended: a signal is no error then. */
  streamed?: boolean;
  /** It is done, or was tried, and nothing of it is taken back: a signal came too late for it. */
  isFinal?: boolean;
  /** Instead of 0 or 1, where a command has more to say by it. */
  exitStatus?: number;
}

const exitStatusOf = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof exitStatusOf;

class InterruptedError extends MesosUpError {
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal, outcome = "what it had begun was taken back") {
    super(`Ended by ${signal === "SIGINT" ? "Ctrl-C" : signal}; ${outcome}.`, { code: "INTERRUPTED" });
    this.signal = signal;
  }
}

/** The error of a command that a signal has ended without anything being taken back: `outcome` says what became of it. */
export function interruption({ reason }: AbortSignal, outcome: string): unknown {
  return reason instanceof InterruptedError ? new InterruptedError(reason.signal, outcome) : reason;
}

/** Runs a command, prints what came of it, and ends the process. */
export async function runAtTheEdge(
  options: CommonOptions,
  command: (edge: Edge) => Promise<CommandResult>,
): Promise<never> {
  const interruption = catchSignals();
  endWithReader();
  // Lines that move would be torn by others between them.
  const kind = options.explain === true ? "plain" : undefined;
  const renderer = await createRenderer({ stream: process.stderr, env: process.env, kind });
  const edge: Edge = {
    progress: new RecordingSink(renderer),
    signal: interruption.signal,
    timeoutMs: options.timeout,
    sinceStartMs: () => performance.now(),
  };
  const result = await command(edge).catch((error: unknown): CommandResult => ({
    json: errorJson(error),
    text: "",
    error,
  }));
  renderer.close();
  if (result.streamed === true) return await exit(result.exitStatus ?? 0);
  if (options.json) process.stdout.write(JSON.stringify(result.json, null, 2) + "\n");
  else if (result.text !== "") process.stdout.write(result.text + "\n");
  // What a signal began ends as that signal, whatever the work threw while it was being aborted.
  const isCutShort = interruption.signal.aborted && result.isFinal !== true;
  const error: unknown = isCutShort ? interruption.signal.reason : result.error;
  if (error !== undefined) {
    const colour = wantsColour(process.stderr, process.env);
    process.stderr.write(renderError(error, { debug: options.debug ?? false, colour }) + "\n");
  }
  if (error instanceof InterruptedError) process.exit(exitStatusOf[error.signal]);
  return await exit(error === undefined ? (result.exitStatus ?? (result.unwell === true ? 1 : 0)) : 1);
}

/** Once all that was printed has been taken: a pipe takes as much as its reader reads. */
async function exit(status: number): Promise<never> {
  const taken = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write("", () => resolve()));
  await Promise.all([taken(process.stdout), taken(process.stderr)]);
  process.exit(status);
}

/** The error as `--json` shows it: all that a person is told of it. */
export function errorJson(error: unknown): { ok: false; error: ReportError } {
  const { code, hint } = error instanceof MesosUpError ? error : { code: "INTERNAL", hint: undefined };
  const step = failedStep(error)?.title;
  const evidence = errorEvidence(error)?.text;
  return {
    ok: false,
    error: {
      code,
      message: error instanceof Error ? error.message : String(error),
      ...(hint === undefined ? {} : { hint }),
      ...(step === undefined ? {} : { step }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(error instanceof ConfigError && error.issues.length > 0 ? { issues: error.issues } : {}),
    },
  };
}

/** As `head` does, whoever reads the output may go before it ends: that ends the command as SIGPIPE would. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(128 + 13);
    throw error;
  });
}

function catchSignals(): AbortController {
  const interruption = new AbortController();
  for (const signal of Object.keys(exitStatusOf) as EndingSignal[]) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.stderr.write("Still cleaning up, which must not be cut short.\n");
      else interruption.abort(new InterruptedError(signal));
    });
  }
  return interruption;
}
