// Replaces what differs from one run to the next: IDs, times, addresses, process IDs, builds. Structure, constants,
// wording, order and counts stay as they were answered; nothing that a framework could notice is excused.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const MESOS_ID = new RegExp(`${UUID}-(S|O|[0-9]{4})[0-9]*`, "g");
const BARE_UUID = new RegExp(UUID, "g");
/** Fields whose numbers are times, addresses or process IDs. */
const RUN_NUMBER =
  /(^|_)(time|timestamp|nanoseconds|seconds_since|ip|port|pid|uptime.*|build_time|start_time|elected_time|registered_time|reregistered_time|unregistered_time)$/;
/** Numbers beyond this are times, too, whatever their field is called. */
const LARGEST_ORDINARY_NUMBER = 1e9;
/** Fields that say which build answers. */
const BUILD = /^(version|build_date|build_user|git_sha|git_tag|git_branch)$/;
/** Fields of bytes in base64, or of a file's content. */
const BYTES = new Set(["uuid", "data"]);

type IdKind = "AGENT" | "OFFER" | "FRAMEWORK" | "UUID";

/** For one transcript: the same ID gets the same number wherever it comes up. */
export class Normalizer {
  readonly #hidden: [raw: string, placeholder: string][] = [];
  readonly #ids = new Map<IdKind, Map<string, string>>();

  /** From now on a placeholder stands for a text that the scenario itself made up, such as a task's ID. */
  hide(raw: string, placeholder: string): void {
    this.#hidden.push([raw, placeholder]);
  }

  /** The value with the keys of its objects sorted; fields that are undefined are left out, as in JSON. */
  normalize(value: unknown, key = ""): Json {
    if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
    if (typeof value === "number") return RUN_NUMBER.test(key) || value > LARGEST_ORDINARY_NUMBER ? "<NUM>" : value;
    if (typeof value === "string") return this.#text(value, key);
    if (Array.isArray(value)) return value.map((item) => this.normalize(item, key));
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(fields.map(([name, field]) => [name, this.normalize(field, name)]));
  }

  #text(text: string, key: string): string {
    const known = this.#hidden.reduce((changed, [raw, placeholder]) => changed.replaceAll(raw, placeholder), text);
    if (BUILD.test(key)) return "<BUILD>";
    if (BYTES.has(key)) return `<${key.toUpperCase()}>`;
    return known
      .replace(MESOS_ID, (id, tail: string) => this.#idPlaceholder(kindOf(tail), id))
      .replace(BARE_UUID, (id) => this.#idPlaceholder("UUID", id))
      .replace(/\b(\d{1,3}\.){3}\d{1,3}\b/g, "<IP>")
      .replace(/\/tmp\/[A-Za-z0-9]{6}\b/g, "<TMP>")
      .replace(/stderr='[^]*?'/g, "stderr='<STDERR>'")
      .replace(/(<IP>|localhost):\d{4,5}/g, "<IP>:<PORT>");
  }

  #idPlaceholder(kind: IdKind, id: string): string {
    const numbered = this.#ids.get(kind) ?? new Map<string, string>();
    this.#ids.set(kind, numbered);
    const placeholder = numbered.get(id) ?? `<${kind}-${numbered.size + 1}>`;
    numbered.set(id, placeholder);
    return placeholder;
  }
}

/** Mesos's IDs are a master's UUID and -S0 for an agent, -O12 for an offer, -0003 for a framework. */
function kindOf(tail: string): IdKind {
  if (tail === "S") return "AGENT";
  return tail === "O" ? "OFFER" : "FRAMEWORK";
}
