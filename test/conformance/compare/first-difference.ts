// Where two transcripts part, in one line for people.
import { isDeepStrictEqual } from "node:util";
import type { Json } from "./normalizer.ts";

const SHOWN_CHARACTERS = 160;
/** Characters shown before the place where two texts part. */
const KEPT_BEGINNING = 40;

/** The first entry that differs, the field in it and both values; undefined for equal transcripts. */
export function firstDifference(recorded: Json[], answered: Json[]): string | undefined {
  for (let index = 0; index < Math.max(recorded.length, answered.length); index++) {
    const [one, other] = [recorded[index], answered[index]];
    if (isDeepStrictEqual(one, other)) continue;
    if (one === undefined) return `more than is recorded: ${describe(other)}`;
    if (other === undefined) return `missing at the end: ${describe(one)}`;
    if (isFailure(other)) return `could not go on before ${nameOf(one)}: ${show(other["failed"])}`;
    if (nameOf(one) !== nameOf(other)) return `recorded ${describe(one)}, answered ${describe(other)}`;
    return `${nameOf(one)}: ${within(one, other)}`;
  }
  return undefined;
}

/** What a scenario throws is written into its transcript as its last entry. */
function isFailure(entry: Json): entry is { failed: Json } {
  return isObject(entry) && "failed" in entry;
}

/** What an entry is about: an exchange, an event or a note. */
function nameOf(entry: Json): string {
  if (!isObject(entry)) return show(entry);
  const { request, event, note } = entry;
  return show(request ?? event ?? note ?? entry, { quoted: false });
}

function describe(entry: Json | undefined): string {
  if (entry === undefined || !isObject(entry)) return show(entry);
  const { status } = entry;
  const detail = status !== undefined && isObject(status) ? status["state"] : status;
  return detail === undefined ? nameOf(entry) : `${nameOf(entry)} ${show(detail, { quoted: false })}`;
}

function within(recorded: Json, answered: Json, path = ""): string {
  if (Array.isArray(recorded) && Array.isArray(answered)) {
    const index = Array.from({ length: Math.max(recorded.length, answered.length) }).findIndex(
      (_, at) => !isDeepStrictEqual(recorded[at], answered[at]),
    );
    return between(recorded[index], answered[index], `${path}[${index}]`);
  }
  if (isObject(recorded) && isObject(answered)) {
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(answered)])].sort();
    const name = names.find((one) => !isDeepStrictEqual(recorded[one], answered[one])) ?? "";
    return between(recorded[name], answered[name], path === "" ? name : `${path}.${name}`);
  }
  const [one, other] = fromWhereTheyPart(recorded, answered);
  return `${path} recorded ${show(one)}, answered ${show(other)}`;
}

/** Of two long texts, what matters is not their common beginning. */
function fromWhereTheyPart(one: Json, other: Json): [Json, Json] {
  if (typeof one !== "string" || typeof other !== "string") return [one, other];
  const parting = Array.from({ length: one.length }, (_, at) => one[at]).findIndex(
    (character, at) => character !== other[at],
  );
  const start = (parting === -1 ? one.length : parting) - KEPT_BEGINNING;
  return start <= 0 ? [one, other] : [`…${one.slice(start)}`, `…${other.slice(start)}`];
}

function between(recorded: Json | undefined, answered: Json | undefined, path: string): string {
  if (recorded === undefined) return `${path} answered ${show(answered)}, not recorded`;
  if (answered === undefined) return `${path} recorded ${show(recorded)}, not answered`;
  return within(recorded, answered, path);
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: Json | undefined, { quoted = true } = {}): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" && !quoted ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
