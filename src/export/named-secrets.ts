// Secrets in a text by the names that they go by: NAME=value and "name": value, --name value, flags and their values in lists,
// and pairs of a name and a value as Mesos's JSON has environment variables, labels and Docker's parameters.
import { isHarmless, isTelling, REMOVED, TELLING } from "./secret-names.ts";
import { bareAt, quotedAt, valueAt, type TextValue } from "./text-values.ts";

/** Finds the secret of what a pattern has found, and where to go on. */
type Find = (text: string, found: RegExpExecArray, nameless: Nameless) => TextValue | undefined;

/** Up to where the text was read as bare values that have no telling name behind them: none that ends there too has one. */
interface Nameless {
  end: number;
}

/** What stands in a text, from `start` up to `end`. */
export interface Span {
  start: number;
  end: number;
}

const NAME = `(?:${TELLING}|[_-](?:pass|pw|keys?|auth)(?![a-z])|authorization)[\\w.-]{0,40}`;

/** What may stand between, also as a string of a document has it. */
const GAP = "(?:\\s|\\\\{1,7}[nrt])";
const COLON = `${GAP}{0,8}(?:=>?|:)${GAP}{0,8}`;
/** Before a word that is not in quotes. */
const BEGIN = "(?<![\\w.$>)\\]\\\\-])|(?<=\\\\[nrt])";
const QUOTE = `(?<!\\\\)(\\\\{0,7}["'])`;

const FINDS: readonly [RegExp, Find][] = [
  [new RegExp(`(?:${QUOTE}|${BEGIN})(name|key|value)\\1${COLON}`, "gi"), pairedValue],
  [new RegExp(`${QUOTE}(-{1,2}[\\w-]{1,80})\\1(?:${GAP}{0,40},)?${GAP}{0,40}(?=\\1)`, "g"), listedValue],
  [new RegExp(`(?:${BEGIN})(-{1,2}[a-z][\\w-]{0,80})[ \\t]{1,4}(?!=)`, "gi"), flagsValue],
  [new RegExp(`(${NAME})(\\\\{0,7}["'])?\\s{0,4}(?:=>|:=|=(?!=)|:(?!:|//))${GAP}{0,4}`, "gi"), assignedValue],
];

/** How each kind of name finds its secrets in a text, in the order of the text. They are not to be looked for at once. */
export const NAMED_SECRETS: readonly ((text: string) => Generator<Span, void, undefined>)[] = FINDS.map(
  ([pattern, find]) =>
    function* (text) {
      const search = new RegExp(pattern);
      const nameless = { end: 0 };
      for (let found = search.exec(text); found !== null; found = search.exec(text)) {
        const value = find(text, found, nameless);
        if (value === undefined || value.end === value.start) continue;
        if (!isRemoved(text, value)) yield value;
        search.lastIndex = Math.max(value.after, search.lastIndex);
      }
    },
);

/** One that was found already; its last bracket is none of a bare value. */
const isRemoved = (text: string, { start, end }: Span): boolean =>
  text.startsWith(REMOVED, start) && end - start <= REMOVED.length;

/** As a flag looks, not as its value does. */
export function isFlag(text: string): boolean {
  return /^--?[a-z][a-z_-]*(?:=|$)/i.test(text);
}

/** Whether a flag's value, which follows it, is a secret: by its name, or as `user:password` of curl. */
export function isFlagsSecret(flag: string, value: string): boolean {
  if (isFlag(value)) return false;
  if (/^(?:-u|--(?:proxy-)?user)$/.test(flag)) return /^[^:]+:./.test(value) && !/^\d+:\d+$/.test(value);
  return isTelling(flag) && !isHarmless(flag, value);
}

function assignedValue(text: string, found: RegExpExecArray): TextValue | undefined {
  const [all, name = "", quote] = found;
  const value = valueAt(text, found.index + all.length, quote === undefined ? 0 : undefined);
  return value && !isHarmless(name, text.slice(value.start, value.end)) ? value : undefined;
}

function flagsValue(text: string, found: RegExpExecArray): TextValue | undefined {
  const [all, flag = ""] = found;
  const value = valueAt(text, found.index + all.length, 0);
  return value && isFlagsSecret(flag, text.slice(value.start, value.end)) ? value : undefined;
}

function listedValue(text: string, found: RegExpExecArray): TextValue | undefined {
  const [all, , flag = ""] = found;
  const value = quotedAt(text, found.index + all.length);
  return value && isFlagsSecret(flag, text.slice(value.start, value.end)) ? value : undefined;
}

/** The next field of an object, in JSON, YAML or as protobufs are printed. */
const SIBLING = new RegExp(`${GAP}{0,40}(?:[,;]${GAP}{0,40})?(\\\\{0,7}["'])?([\\w.-]{1,60})\\1${COLON}`, "y");
/** Between a name and its value stand few others, which are small. */
const SIBLINGS = 8;
const SIBLINGS_LENGTH = 512;

const NAME_LENGTH = 200;

/** The value of a pair whose name, which stands before or after it, is telling. */
function pairedValue(text: string, found: RegExpExecArray, nameless: Nameless): TextValue | undefined {
  const at = found.index + found[0].length;
  if (/[[{]/.test(text[at] ?? "")) return undefined;
  const first = (found[2] ?? "").toLowerCase();
  return first === "value" ? valueBeforeName(text, at, nameless) : valueBehindName(text, at, first);
}

function valueBehindName(text: string, at: number, first: string): TextValue | undefined {
  const opening = quotedAt(text, at) ?? bareAt(text, at, NAME_LENGTH);
  const name = nameIn(text, opening);
  if (opening === undefined || name === undefined) return undefined;
  const value = siblingOf(text, { first, after: opening.after, wanted: ["value"] });
  return value && secretOf(text, name, value);
}

function valueBeforeName(text: string, at: number, nameless: Nameless): TextValue | undefined {
  const quoted = quotedAt(text, at);
  if (quoted === undefined && at < nameless.end) return undefined;
  const opening = quoted ?? bareAt(text, at);
  if (opening === undefined) return undefined;
  const name = nameIn(text, siblingOf(text, { first: "value", after: opening.after, wanted: ["name", "key"] }));
  if (name !== undefined) return secretOf(text, name, opening);
  if (quoted === undefined) nameless.end = opening.end;
  return undefined;
}

/** The value of the first wanted one of the fields that follow up to another of the `first` name. */
function siblingOf(
  text: string,
  { first, after, wanted }: { first: string; after: number; wanted: readonly string[] },
): TextValue | undefined {
  let at = after;
  for (let count = 0; count < SIBLINGS; count++) {
    SIBLING.lastIndex = at;
    const field = SIBLING.exec(text)?.[2]?.toLowerCase();
    if (field === undefined || field === first) return undefined;
    const value = valueAt(text, SIBLING.lastIndex, field === "value" ? undefined : SIBLINGS_LENGTH);
    if (value === undefined || wanted.includes(field)) return value;
    at = value.after;
  }
  return undefined;
}

const nameIn = (text: string, value: TextValue | undefined): string | undefined => {
  const name = value && value.end - value.start <= NAME_LENGTH ? text.slice(value.start, value.end) : "";
  return isTelling(name) ? name : undefined;
};

const secretOf = (text: string, name: string, value: TextValue): TextValue | undefined =>
  isHarmless(name, text.slice(value.start, value.end)) ? undefined : value;
