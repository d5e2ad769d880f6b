// Command-line flags and MESOS_* variables, read and refused as Mesos's own programs do (docs/configuration.md).
import { readFileSync } from "node:fs";
import { MesosUpError } from "../../errors.ts";
import { parseDurationMs, printDuration } from "../../mesos/duration.ts";

export type FlagKind = "string" | "boolean" | "integer" | "number" | "duration" | "bytes" | "json";

export interface FlagSpec {
  kind: FlagKind;
  /** As the user would write it; a flag without one is absent until it is given. */
  default?: string;
  required?: boolean;
  /** Another name that means the same flag. */
  alias?: string;
  /** One line for --help. */
  help?: string;
}

export type FlagTable = Record<string, FlagSpec>;

type KindValue = {
  string: string;
  boolean: boolean;
  integer: number;
  number: number;
  /** Milliseconds. */
  duration: number;
  /** Bytes. */
  bytes: number;
  json: unknown;
};

type IsPresent<S extends FlagSpec> = S extends { default: string } | { required: true } ? true : false;

/** The values of a table: always present where there is a default or the flag is required. */
export type FlagValues<T extends FlagTable> = {
  [N in keyof T]: IsPresent<T[N]> extends true ? KindValue[T[N]["kind"]] : KindValue[T[N]["kind"]] | undefined;
};

export interface LoadedFlags<T extends FlagTable> {
  values: FlagValues<T>;
  /** What /flags shows: every flag that has a value, as a string, durations with their unit. */
  shown: Record<string, string>;
}

/** A flag that cannot be used; `message` is what Mesos's own programs print. */
export class FlagError extends MesosUpError {
  constructor(message: string) {
    super(message, { code: "FLAG_INVALID", hint: "Run the program with --help for the flags that it knows." });
  }
}

/**
 * Reads flags from arguments (without the program's name) and, where an argument is silent, from `MESOS_…` variables.
 * `file://` values are replaced by the file's content. Arguments after `--` and those without dashes are not looked at.
 * @throws FlagError in the words of Mesos (3rdparty/stout flags).
 */
export function loadFlags<const T extends FlagTable>(table: T, args: string[], env: NodeJS.ProcessEnv): LoadedFlags<T> {
  const given = new Map([...fromEnvironment(table, env), ...fromArguments(args)]);
  const aliases = new Map(Object.entries(table).flatMap(([name, spec]) => (spec.alias ? [[spec.alias, name]] : [])));
  const texts = new Map<string, { text: string; via: string }>();
  for (const [written, value] of given) {
    const negated = written.startsWith("no-");
    const flagName = negated ? written.slice(3) : written;
    const name = aliases.get(flagName) ?? flagName;
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!spec) throw new FlagError(`Failed to load unknown flag '${flagName}'${negated ? ` via '${written}'` : ""}`);
    const earlier = texts.get(name);
    if (earlier) throw new FlagError(`Flag '${flagName}' is already loaded via name '${earlier.via}'`);
    texts.set(name, { text: textOf(spec, { flagName, written, negated, value }), via: flagName });
  }
  return convertAll(table, texts);
}

/** The names of a table as `--help` lists them. */
export function describeFlags(program: string, table: FlagTable): string {
  const rows = Object.entries(table).map(([name, spec]) => {
    const names = [name, ...(spec.alias ? [spec.alias] : [])];
    const left = names.map((n) => (spec.kind === "boolean" ? `--[no-]${n}` : `--${n}=VALUE`)).join(", ");
    const fallback = spec.default === undefined ? "" : `(default: ${spec.default})`;
    return { left: `  ${left}`, right: [spec.help ?? "", fallback].filter((part) => part !== "").join(" ") };
  });
  const width = Math.max(...rows.map((row) => row.left.length)) + 5;
  const lines = rows.map((row) => (row.left.padEnd(width) + row.right).trimEnd());
  return [`Usage: ${program} [options]`, "", ...lines, ""].join("\n");
}

function fromArguments(args: string[]): Map<string, string | undefined> {
  const given = new Map<string, string | undefined>();
  for (const arg of args.map((a) => a.trim())) {
    if (arg === "--") break;
    if (!arg.startsWith("--")) continue;
    const equals = arg.indexOf("=");
    const name = (equals < 0 ? arg.slice(2) : arg.slice(2, equals)).toLowerCase();
    if (given.has(name)) throw new FlagError(`Flag '${name}' is already loaded via name '${name}'`);
    given.set(name, equals < 0 ? undefined : arg.slice(equals + 1));
  }
  return given;
}

/** Variables that name no flag are not looked at: MESOS_HOME and others share the prefix. */
function fromEnvironment(table: FlagTable, env: NodeJS.ProcessEnv): Map<string, string | undefined> {
  const given = new Map<string, string | undefined>();
  const names = Object.entries(table).flatMap(([name, spec]) => (spec.alias ? [name, spec.alias] : [name]));
  for (const name of names.flatMap((n) => [n, `no-${n}`])) {
    const value = env[`MESOS_${name.replaceAll("-", "_").toUpperCase()}`];
    if (value !== undefined) given.set(name, value);
  }
  return given;
}

function textOf(
  spec: FlagSpec,
  given: { flagName: string; written: string; negated: boolean; value: string | undefined },
): string {
  const { flagName, written, negated, value } = given;
  if (spec.kind !== "boolean") {
    if (negated) throw new FlagError(`Failed to load non-boolean flag '${flagName}' via '${written}'`);
    if (value === undefined) throw new FlagError(`Failed to load non-boolean flag '${flagName}': Missing value`);
    return value;
  }
  if (value === undefined || value === "") return negated ? "false" : "true";
  if (negated) throw new FlagError(`Failed to load boolean flag '${flagName}' via '${written}' with value '${value}'`);
  return value;
}

function convertAll<T extends FlagTable>(table: T, texts: Map<string, { text: string; via: string }>): LoadedFlags<T> {
  const values: Record<string, unknown> = {};
  const shown: Record<string, string> = {};
  for (const [name, spec] of Object.entries(table)) {
    const given = texts.get(name);
    if (!given && spec.required) throw new FlagError(`Flag '${name}' is required, but it was not provided`);
    const text = given?.text ?? spec.default;
    if (text === undefined) continue;
    try {
      const value = convert(spec.kind, contentOf(text));
      values[name] = value;
      shown[name] = show(spec.kind, value, text);
    } catch (error) {
      throw new FlagError(`Failed to load flag '${name}': Failed to load value '${text}': ${(error as Error).message}`);
    }
  }
  return { values: values as FlagValues<T>, shown };
}

function contentOf(text: string): string {
  if (!text.startsWith("file://")) return text;
  const path = text.slice("file://".length);
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new Error(`Error reading file '${path}': ${(error as Error).message}`, { cause: error });
  }
}

const BYTE_UNITS: Record<string, number> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

function convert(kind: FlagKind, text: string): unknown {
  switch (kind) {
    case "string":
      return text;
    case "boolean":
      if (text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
      throw new Error("Expecting a boolean (e.g., true or false)");
    case "integer":
    case "number":
      if (text.trim() === "" || !Number.isFinite(Number(text)) || (kind === "integer" && !/^[+-]?\d+$/.test(text)))
        throw new Error("Failed to convert into required type");
      return Number(text);
    case "duration":
      return parseDurationMs(text);
    case "bytes": {
      const match = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB)$/.exec(text);
      const unit = BYTE_UNITS[match?.[2] ?? ""];
      if (!match || unit === undefined) throw new Error(`Invalid bytes '${text}'`);
      return Number(match[1]) * unit;
    }
    case "json":
      return JSON.parse(text);
  }
}

function show(kind: FlagKind, value: unknown, text: string): string {
  if (kind === "duration") return printDuration(value as number);
  if (kind === "json") return JSON.stringify(value);
  return kind === "string" || kind === "bytes" ? text : String(value);
}
