// Text that a user wrote (YAML, and so JSON too) → a checked value, or one ConfigError that names every problem with its
// line. Cluster files and app files are both read through this.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument as parseYaml } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import type { ConfigIssue } from "../errors.ts";
import { describeIssues, describeRawIssue } from "./describe-issue.ts";
import type { DocumentIssue } from "./describe-issue.ts";

export type { DocumentIssue } from "./describe-issue.ts";

/** A kind of document that users write: how it is called, what it must look like, what to say when it does not. */
export interface DocumentKind<T> {
  /** As in "cluster file". */
  what: string;
  /** Code and hint of the ConfigError. */
  code: string;
  hint: string;
  schema: z.ZodType<T>;
  /**
   * Checks that look across fields. Runs on the value as written, also when the schema has refused parts of it, so that
   * all problems show at once: it must be content with any value.
   */
  check?(written: unknown): DocumentIssue[];
}

/**
 * Reads a document. `file` is only used in the error. An empty text counts as an empty map.
 * @throws ConfigError with every problem: of syntax, or else of content.
 */
export function parseDocument<T>(text: string, file: string, kind: DocumentKind<T>): T {
  const lines = new LineCounter();
  const document = parseYaml(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((problem): ConfigIssue => {
    const at = lines.linePos(problem.pos[0]);
    return { path: "", message: problem.message, line: at.line, column: at.col };
  });
  if (problems.length > 0) throw refusal(kind, problems, file);

  const { value, issues } = check(written(document, kind, file), kind);
  if (issues.length === 0) return value as T;
  throw refusal(kind, issues.map((issue) => withPosition(issue, document, lines)).sort(byPosition), file);
}

/**
 * The same checks for a value that does not come from a text (a library call, the command line, a module: `file`).
 * @throws ConfigError with every problem.
 */
export function checkValue<T>(written: unknown, kind: DocumentKind<T>, file?: string): T {
  const { value, issues } = check(written, kind);
  if (issues.length === 0) return value as T;
  throw refusal(
    kind,
    issues.map(({ path, message }) => ({ path: pathText(path), message })),
    file,
  );
}

/** As people write paths: `agents[0].attributes`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? String(step) : `${text}.${String(step)}`;
  }, "");
}

function check<T>(written: unknown, kind: DocumentKind<T>): { value?: T; issues: DocumentIssue[] } {
  const result = kind.schema.safeParse(written ?? {}, { error: describeRawIssue, reportInput: true });
  const across = kind.check?.(written ?? {}) ?? [];
  if (result.success) return { value: result.data, issues: across };
  return { issues: [...describeIssues(kind.schema, result.error.issues), ...across] };
}

function written<T>(document: Document.Parsed, kind: DocumentKind<T>, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases are resolved only here: without their anchor, or expanding beyond all measure.
    throw refusal(kind, [{ path: "", message: cause instanceof Error ? cause.message : String(cause) }], file);
  }
}

function refusal<T>(kind: DocumentKind<T>, issues: ConfigIssue[], file?: string): ConfigError {
  const count = issues.length === 1 ? "a problem" : `${issues.length} problems`;
  const name = file === undefined ? `The ${kind.what}` : `The ${kind.what} ${file}`;
  return new ConfigError(`${name} has ${count}.`, { code: kind.code, hint: kind.hint, issues, ...(file && { file }) });
}

function withPosition(issue: DocumentIssue, document: Document.Parsed, lines: LineCounter): ConfigIssue {
  const offset = findOffset(document, issue);
  const at = offset === undefined ? undefined : lines.linePos(offset);
  return { path: pathText(issue.path), message: issue.message, ...(at && { line: at.line, column: at.col }) };
}

/** Where the key or value of a path begins; for what is not there, where the innermost existing part around it begins. */
function findOffset(document: Document.Parsed, { path, at }: DocumentIssue): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, step] of path.entries()) {
    const pair = isMap(node) ? findPair(node.items, step) : undefined;
    if (pair === undefined && !isSeq(node)) return offset;
    const child: unknown = pair === undefined ? (node as { items: unknown[] }).items[Number(step)] : pair.value;
    const keyOnly = at === "key" && depth === path.length - 1;
    offset = (keyOnly ? undefined : startOf(child)) ?? startOf(pair?.key) ?? offset;
    node = isAlias(child) ? child.resolve(document) : child;
  }
  return offset;
}

function findPair(pairs: readonly Pair[], key: PropertyKey): Pair | undefined {
  return pairs.find((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === String(key));
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function byPosition(a: ConfigIssue, b: ConfigIssue): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
