// JSON text to values, refused in the words of the parser that Mesos uses, which names the line and shows what follows.

/** Deeper than this is refused, as in Mesos: no message of the protocol comes near it. */
const DEPTH_LIMIT = 200;

/** The text is not JSON; `message` is Mesos's own. */
export class JsonSyntaxError extends Error {}

/** @throws JsonSyntaxError */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { at, complete } = new Scanner(text).scan();
    if (!complete) throw syntaxError(text, at);
    const rest = text.slice(at).trimEnd();
    throw new JsonSyntaxError(`Parsed JSON included non-whitespace trailing characters: ${rest}`);
  }
  const tooDeep = depthExceededAt(text);
  if (tooDeep !== undefined) throw syntaxError(text, tooDeep);
  return value;
}

function syntaxError(text: string, at: number): JsonSyntaxError {
  const line = text.slice(0, at).split("\n").length;
  const near = text.slice(at).split("\n", 1)[0] ?? "";
  return new JsonSyntaxError(`syntax error at line ${line} near: ${near}`);
}

/** Where nesting in JSON first goes beyond the limit; brackets within strings do not count. */
function depthExceededAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") {
      if (++depth > DEPTH_LIMIT) return at;
    } else if (character === "]" || character === "}") depth--;
  }
  return undefined;
}

const WHITE_SPACE = /\s*/y;
const WORD = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
/** What a string is made of; a piece at a time, since one that is long is more than a single match can take. */
const PIECE = /[^"\\\u0000-\u001f]{1,4096}|\\./y;

/** Goes through text that is known not to be JSON, to the place where it stops being JSON. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Position of the first character that cannot be taken, and whether a complete value stands before it. */
  scan(): { at: number; complete: boolean } {
    const closers: string[] = [];
    let wantsValue = true;
    let wantsKey = false;
    let afterComma = false;
    for (;;) {
      const start = this.#at;
      const token = this.#next();
      const closer = closers.at(-1);
      if (closer === undefined && !wantsValue) return { at: start, complete: true };
      if (token === undefined) return { at: this.#at, complete: false };
      const isValue = !/^[{}[\],:]$/.test(token);
      if (wantsKey && token.startsWith('"') && this.#takeColon()) {
        wantsKey = false;
        wantsValue = true;
      } else if (wantsValue && isValue) wantsValue = false;
      else if (wantsValue && (token === "{" || token === "[")) {
        closers.push(token === "{" ? "}" : "]");
        wantsKey = token === "{";
        wantsValue = token === "[";
      } else if (token === closer && !afterComma) {
        closers.pop();
        wantsKey = false;
        wantsValue = false;
      } else if (token === "," && closer !== undefined && !wantsValue && !wantsKey) {
        wantsKey = closer === "}";
        wantsValue = closer === "]";
      } else return { at: this.#at - token.length, complete: false };
      afterComma = token === ",";
    }
  }

  #takeColon(): boolean {
    return this.#next() === ":";
  }

  /** The next token; undefined, and the position behind white space, if there is none. */
  #next(): string | undefined {
    this.#skip(WHITE_SPACE);
    const start = this.#at;
    if (this.#text[start] !== '"') return this.#skip(WORD) ? this.#text.slice(start, this.#at) : undefined;
    this.#at++;
    while (this.#skip(PIECE));
    if (this.#text[this.#at++] === '"') return this.#text.slice(start, this.#at);
    this.#at = start;
    return undefined;
  }

  /** Goes on behind what stands here; false if that is not what the pattern wants. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
