// Takes secrets out of what is given away: by the names that they go by, by their form, and, once seen under such a name,
// wherever else they stand. Pure. It cannot know a secret that looks like any other word and goes by no telling name.

export const REMOVED = "[removed]";

/** Parts of names that secrets go by, of flags, variables, headers and fields. */
const TELLING =
  "pass(?:word|wd|phrase|code)|[_-]pwd|secret|token|credential|api[_-]?key|private[_-]?key|access[_-]?key";
const TELLING_NAME = new RegExp(
  `${TELLING}|(?:^|[_-])(?:pass|pw|keys?|auth)(?:$|[_-])|authorization|cookie|[a-z]Key$`,
  "i",
);

/** Shorter ones are too likely to be ordinary words to be looked for elsewhere. */
const LEARNED_LENGTH = 6;

/** Of values that are no secrets whatever their name: switches and numbers. */
const HARMLESS = /^(?:true|false|null|none|\d{1,5})?$/i;

/** Forms, each with what is to stand there instead. What may go on for long is bounded: logs hold lines of any length. */
const FORMS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, REMOVED],
  // The rest of a key whose beginning was cut off.
  [/^[\s\S]{0,8192}?-----END [A-Z ]{0,40}PRIVATE KEY-----/, REMOVED],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"'\\]{1,500}@/gi, `$1${REMOVED}@`],
  [/(authorization\\*["']?\s{0,4}[:=]\s{0,4}\\*["']?)[a-z]{1,20} +[^\s"'\\]+/gi, `$1${REMOVED}`],
  [/\b(Bearer )[A-Za-z0-9+/=_.~-]{16,}/g, `$1${REMOVED}`],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/g, REMOVED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REMOVED],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|glsa_|dckr_pat_|hvs\.|sk-|xox[abprs]-)[\w-]{16,}/g, REMOVED],
  [/\bnpm_[A-Za-z0-9]{30,}\b/g, REMOVED],
  [/\bSG\.[\w-]{16,64}\.[\w-]{16,64}/g, REMOVED],
  // Addresses that are good for whoever has them.
  [/([?&](?:X-(?:Amz|Goog)-)?(?:Signature|sig)=)[^\s&"'\\]+/gi, `$1${REMOVED}`],
  // ZooKeeper's authentication, as in digest:user:password; what is no image's digest.
  [/\b(digest:)(?!sha\d)[^\s:"']{1,200}:[^\s,"'\\]+/gi, `$1${REMOVED}`],
  [/((?:^|[\s"'])(?:set-)?cookie\\*["']?\s{0,4}:\s{0,4}\\*["']?)[^\r\n"'\\]+/gi, `$1${REMOVED}`],
  [/(\\*"auth\\*"\s{0,4}:\s{0,4}\\*")[^"\\]+/g, `$1${REMOVED}`],
  [/(\blogin\s[^\n]{0,200}?\s-p[ =]?)[^\s-]\S*/g, `$1${REMOVED}`],
  [/((?:^|\s)(?:-u|--user)[ =])[^\s:]{1,200}:\S+/g, `$1${REMOVED}`],
  [
    new RegExp(
      `((?:${TELLING}|[_-](?:pass|pw|keys?|auth)(?![a-z])|authorization)[\\w.-]{0,40}\\\\*["']?\\s{0,4}[=:]\\s{0,4})` +
        `(?!\\[removed\\])(\\\\*"(?:[^"\\\\\\n]|\\\\[^"\\n])*\\\\*"|'[^'\\n]*'|[^\\s,;&"'}\\]]+)`,
      "gi",
    ),
    `$1${REMOVED}`,
  ],
  [new RegExp(`(--[\\w-]{0,40}(?:${TELLING})[\\w-]{0,40}\\s+)(?!-)\\S+`, "gi"), `$1${REMOVED}`],
];

export class Redactor {
  readonly #learned = new Set<string>();
  #removed = 0;

  /** How often something was taken out. */
  get removed(): number {
    return this.#removed;
  }

  /** Looks through a document for secrets by their names, to be found everywhere afterwards. */
  learn(document: unknown): void {
    const removed = this.#removed;
    this.#walk(document, (text) => {
      for (const match of text.matchAll(/\/\/([^\s/@"'\\:]{1,200}):([^\s/@"'\\]{1,200})@/g)) this.#note(match[2] ?? "");
      return text;
    });
    this.#removed = removed;
  }

  /** The same document without secrets. */
  json(document: unknown): unknown {
    return this.#walk(document, (text) => this.text(text));
  }

  text(text: string): string {
    let clean = text;
    const remove = (form: RegExp | string, put: string): void => {
      clean = clean.replaceAll(form, (...found: unknown[]) => {
        this.#removed++;
        return put.replace("$1", typeof found[1] === "string" ? found[1] : "");
      });
    };
    // The longest first: one may be part of another.
    for (const secret of [...this.#learned].sort((one, other) => other.length - one.length)) remove(secret, REMOVED);
    for (const [form, put] of FORMS) {
      if (form.global) remove(form, put);
      else if (form.test(clean)) {
        this.#removed++;
        clean = clean.replace(form, put);
      }
    }
    return clean;
  }

  #note(secret: string): void {
    if (secret.length < LEARNED_LENGTH || HARMLESS.test(secret)) return;
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
      this.#learned.add(form);
  }

  #walk(value: unknown, onText: (text: string) => string): unknown {
    if (typeof value === "string") return this.#inText(value, onText);
    if (Array.isArray(value)) {
      return value.map((item, index) => {
        const before: unknown = value[index - 1];
        const isValue = typeof before === "string" && /^--?[\w-]+$/.test(before) && TELLING_NAME.test(before);
        return isValue && typeof item === "string" && !item.startsWith("-")
          ? this.#secret(item)
          : this.#walk(item, onText);
      });
    }
    if (typeof value !== "object" || value === null) return value;
    // Mesos's environment variables have name and value, its labels and parameters key and value.
    const { name, key } = value as Record<string, unknown>;
    const called = typeof name === "string" ? name : key;
    const isPair = typeof called === "string" && "value" in value && TELLING_NAME.test(called);
    return Object.fromEntries(
      Object.entries(value).map(([field, part]: [string, unknown]) => {
        const isSecret = (isPair && field === "value") || (TELLING_NAME.test(field) && field.toLowerCase() !== "key");
        return [field, isSecret ? this.#secret(part) : this.#walk(part, onText)];
      }),
    );
  }

  /** Flags hold documents too, as --executor_environment_variables. */
  #inText(text: string, onText: (text: string) => string): string {
    if (!/^\s*[[{]/.test(text)) return onText(text);
    try {
      return JSON.stringify(this.#walk(JSON.parse(text), onText));
    } catch {
      return onText(text);
    }
  }

  #secret(value: unknown): unknown {
    if (value === null || typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value === "string") {
      if (HARMLESS.test(value)) return value;
      this.#note(value);
    } else for (const part of Object.values(value as object)) this.#secret(part);
    this.#removed++;
    return REMOVED;
  }
}
