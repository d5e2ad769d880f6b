// Secrets that are known, to be found wherever they stand and however they are written there.
import { TELLING } from "./secret-names.ts";

/** Shorter ones are too likely to be ordinary words to be looked for elsewhere. */
const SHORTEST = 6;

/** What is in the place of a secret in examples: its kind. */
const KIND = new RegExp(`^(?:${TELLING})s?$`);

/** Forms of secrets that begin alike, and how long they are, the longest first: one may be part of another. */
interface Alike {
  forms: Set<string>;
  lengths: number[];
}

/** Forms of secrets by how they begin. */
interface Index {
  alike: Map<string, Alike>;
  /** Which pairs of characters one begins with: most of a text is passed over by that. */
  pairs: Uint8Array;
}

export class KnownSecrets {
  readonly #secrets = new Set<string>();
  readonly #variables = new Set<string>();
  /** Made when it is asked for, of all that is known by then. */
  #index: Index | undefined;

  add(secret: string): void {
    if (secret.length < SHORTEST || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#index = undefined;
  }

  /** The name of a variable, which is in the place of its value where it goes by a telling name: it is no secret. */
  addVariable(name: string): void {
    if (name.length < SHORTEST || this.#variables.has(name)) return;
    this.#variables.add(name);
    this.#index = undefined;
  }

  /** The text with `instead` in the place of each, as often as `onRemoved` is called. However many there are, it is read once. */
  removed(text: string, instead: string, onRemoved: () => void): string {
    const { alike, pairs } = (this.#index ??= this.#indexed());
    const kept: string[] = [];
    let from = 0;
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (pairs[pairAt(text, at)] === 0) continue;
      const found = formAt(text, at, alike.get(text.slice(at, at + SHORTEST)));
      if (found === undefined) continue;
      onRemoved();
      kept.push(text.slice(from, at), instead);
      from = at + found.length;
      at = from - 1;
    }
    return from === 0 ? text : kept.join("") + text.slice(from);
  }

  #indexed(): Index {
    const alike: Index["alike"] = new Map();
    const pairs: Index["pairs"] = new Uint8Array(0x10000);
    for (const form of [...this.#secrets].flatMap((secret) => formsOf(secret, this.#variables))) {
      const beginning = form.slice(0, SHORTEST);
      const { forms, lengths } = alike.get(beginning) ?? { forms: new Set(), lengths: [] };
      alike.set(beginning, { forms: forms.add(form), lengths });
      pairs[pairAt(form, 0)] = 1;
      if (!lengths.includes(form.length)) lengths.push(form.length);
      lengths.sort((one, other) => other - one);
    }
    return { alike, pairs };
  }
}

const pairAt = (text: string, at: number): number => ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff;

function formAt(text: string, at: number, alike: Alike | undefined): string | undefined {
  const length = alike?.lengths.find((one) => alike.forms.has(text.slice(at, at + one)) && isWhole(text, at, at + one));
  return length === undefined ? undefined : text.slice(at, at + length);
}

/** Digits are part of many a number, and none of them the secret then. */
function isWhole(text: string, start: number, end: number): boolean {
  if (!/^\d+$/.test(text.slice(start, end))) return true;
  return !/[\d.]/.test(text[start - 1] ?? "") && !/\d/.test(text[end] ?? "");
}

/** As it is, in documents and in strings of documents, in addresses, and in base64; none of what is in the place of one. */
function formsOf(secret: string, variables: ReadonlySet<string>): string[] {
  const plain = [secret, ...decoded(secret)].filter((one) => !KIND.test(one) && !variables.has(one));
  const quoted = plain.flatMap((one) => inQuotes(one).flatMap((form) => [form, ...inQuotes(form)]));
  const inAddress = plain.flatMap(inAddresses);
  return [...plain, ...quoted, ...inAddress, ...plain.flatMap(inBase64)].filter((form) => form.length >= SHORTEST);
}

/** As JSON.stringify escapes it, and as others do: Mesos escapes slashes too, Go what has a meaning in HTML, Python all but ASCII. */
function inQuotes(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const unicode = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return [json, json.replaceAll("/", "\\/"), json.replaceAll(/[<>&]/g, unicode), json.replaceAll(/[^ -~]/g, unicode)];
}

function inAddresses(secret: string): string[] {
  const encoded = encodeURIComponent(Buffer.from(secret).toString());
  const strict = encoded.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [encoded, strict, new URLSearchParams([["", secret]]).toString().slice(1)];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()))];
}

/** Also as part of something longer, which begins up to two bytes before it: what depends on its neighbours is left out. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString("base64");
  const parts = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const isWhole = (before + bytes.length) % 3 === 0;
    return encoded.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
  });
  const forms = [whole, ...parts];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""))];
}

/** What it stands for where it is written as addresses or, as the data of Mesos's secrets, in base64. */
function decoded(secret: string): string[] {
  const found: string[] = [];
  try {
    found.push(decodeURIComponent(secret));
  } catch {
    // It is no such form.
  }
  if (secret.length >= 12 && /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(secret)) {
    const text = Buffer.from(secret, "base64").toString("utf8");
    if (/^[ -~\s]+$/.test(text)) found.push(text);
  }
  return found.filter((one) => one !== secret && one.length >= SHORTEST);
}
