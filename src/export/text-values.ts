// Values in a text as programs write it: in quotes, which are escaped where a document stands in a string of another, in
// brackets, or bare. Whoever looks for them goes on behind what was read, so that no text is read more than a few times.

export interface TextValue {
  /** Without its quotes, from `start` up to `end`. */
  start: number;
  end: number;
  /** Where the text goes on. */
  after: number;
}

/** An opening quote and the backslashes before it: none, 1 in a document within a string, 3 and 7 in one further within. */
const OPENING = /(\\{0,7})(["'])/y;

const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

/** What is left to be looked at of a value in brackets; whatever is cut off in the middle has no end. */
const BRACKETS_LENGTH = 64 * 1024;

/**
 * The value that begins there; undefined where none does. `within` the length, which is what brackets may have at most;
 * none are read where it is 0.
 */
export function valueAt(text: string, at: number, within = BRACKETS_LENGTH): TextValue | undefined {
  return quotedAt(text, at) ?? (within > 0 ? bracketedAt(text, at, within) : undefined) ?? bareAt(text, at);
}

/** A value in quotes. One that the end of the line or of the text cuts off ends there; an apostrophe opens none. */
export function quotedAt(text: string, at: number): TextValue | undefined {
  OPENING.lastIndex = at;
  const [opening, { length: level } = "", quote = ""] = OPENING.exec(text) ?? [];
  if (opening === undefined || ![0, 1, 3, 7].includes(level)) return undefined;
  const start = at + opening.length;
  const end = closing(text, { start, quote, level });
  if (text[end] === quote) return { start, end: end - level, after: end + 1 };
  return quote === '"' ? { start, end, after: end } : undefined;
}

/** Where the quote stands that ends it: one with as many backslashes as opened it, besides pairs of those that are meant. */
function closing(text: string, { start, quote, level }: { start: number; quote: string; level: number }): number {
  const code = quote.charCodeAt(0);
  let backslashes = 0;
  let at = start;
  for (; at < text.length; at++) {
    const here = text.charCodeAt(at);
    if (here === BACKSLASH) backslashes++;
    else {
      if (here === NEWLINE || (here === code && backslashes % (2 * (level + 1)) === level)) break;
      backslashes = 0;
    }
  }
  return at;
}

/** A list or an object, with its brackets. One that is cut off ends where a line follows that is none of a document. */
function bracketedAt(text: string, at: number, within: number): TextValue | undefined {
  if (text[at] !== "{" && text[at] !== "[") return undefined;
  const last = Math.min(text.length, at + within);
  let depth = 0;
  let here = at;
  while (here < last) {
    const character = text[here] ?? "";
    if (character === "\n" && !/[\s"'{}[\]]/.test(text[here + 1] ?? "\n")) break;
    if (character === '"' || character === "\\") {
      here = quotedAt(text, here)?.after ?? here + 1;
      continue;
    }
    here++;
    if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) break;
  }
  return { start: at, end: here, after: here };
}

/** What bare values have in the middle and at their end, and others after them. */
const PLAIN = /[^\s,;&"'()}\]\\]{1,256}/y;
const STOPPING = new RegExp(
  [
    "\\s",
    `["'](?!\\w)`,
    `\\\\{1,8}(?=["'])`,
    // Signs that go on with what is none of it, and the end of a line in a string of a document.
    `[,;&)}\\]](?=[\\s,;&"'()}\\]\\\\]|$|[\\w.-]{1,60}\\\\{0,7}["']?[=:])`,
    `\\\\{1,7}[nrt](?=[\\s"'\\\\-]|$|[\\w.-]{1,60}[=:])`,
  ].join("|"),
  "y",
);

/** A value without quotes and brackets; undefined where none begins there, and where it is longer than `longest`. */
export function bareAt(text: string, at: number, longest = Infinity): TextValue | undefined {
  let end = at;
  while (end < text.length) {
    if (end - at > longest) return undefined;
    PLAIN.lastIndex = STOPPING.lastIndex = end;
    if (PLAIN.test(text)) end = PLAIN.lastIndex;
    else if (STOPPING.test(text)) break;
    else end++;
  }
  return end === at ? undefined : { start: at, end, after: end };
}
