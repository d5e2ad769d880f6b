// Takes secrets out of what is given away: by the names that they go by, by their form, and, once seen under such a name,
// wherever else they stand. Pure. It cannot know a secret that looks like any other word and goes by no telling name.
import { KnownSecrets } from "./known-secrets.ts";
import { isFlagsSecret, NAMED_SECRETS } from "./named-secrets.ts";
import { addressPasswords, withoutForms } from "./secret-forms.ts";
import { isHarmless, isOfItself, isTelling, REMOVED } from "./secret-names.ts";

/** What is done with a document: with each text in it, with each secret that goes by a telling name, and with variables' names. */
interface Visit {
  text: (text: string) => string;
  secret: (secret: string) => void;
  variable?: (name: string) => void;
}

/** How variables are called, at least those of which apps get their secrets; with a sign that words do not have. */
const VARIABLE = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/;

export class Redactor {
  readonly #known = new KnownSecrets();
  #removed = 0;

  /** How often something was taken out. */
  get removed(): number {
    return this.#removed;
  }

  /** Looks through a document or a text for secrets by their names, to be found everywhere afterwards. */
  learn(document: unknown): void {
    const note = (secret: string): void => this.#known.add(secret);
    const isDocument = typeof document !== "string";
    const noteIn = (text: string): string => {
      for (const password of addressPasswords(text)) {
        if (isDocument || /[^a-z]/i.test(password)) note(password);
      }
      for (const secrets of NAMED_SECRETS) {
        for (const { start, end } of secrets(text)) {
          const value = text.slice(start, end);
          if (looksSecret(value)) note(value);
        }
      }
      return text;
    };
    const variable = (name: string): void => {
      if (VARIABLE.test(name)) this.#known.addVariable(name);
    };
    walked(document, { text: noteIn, secret: note, variable });
  }

  /** The same document without secrets. */
  json(document: unknown): unknown {
    return walked(document, { text: (text) => this.text(text), secret: this.#count });
  }

  /** The same text without secrets. */
  text(text: string): string {
    const clean = withoutForms(this.#known.removed(text, REMOVED, this.#count), this.#count);
    return NAMED_SECRETS.reduce((before, secrets) => {
      const kept: string[] = [];
      let at = 0;
      for (const { start, end } of secrets(before)) {
        this.#count();
        kept.push(before.slice(at, start), REMOVED);
        at = end;
      }
      return at === 0 ? before : kept.join("") + before.slice(at);
    }, clean);
  }

  readonly #count = (): void => {
    this.#removed++;
  };
}

/**
 * Whether it is as passwords and tokens are, with signs of three kinds. What follows a telling name in a text may be any word,
 * path, time or reference, which is not to be taken out everywhere.
 */
function looksSecret(value: string): boolean {
  if (value.length < 8 || /^(?:\$|\/|[[{(]|\d{4}-\d\d-\d\d)|:\/\//.test(value)) return false;
  return [/[a-z]/, /[A-Z]/, /\d/, /[^a-z\d]/i].filter((kind) => kind.test(value)).length >= 3;
}

function walked(value: unknown, visit: Visit): unknown {
  if (typeof value === "string") return walkedText(value, visit);
  if (Array.isArray(value)) return walkedList(value, visit);
  if (typeof value !== "object" || value === null) return value;
  // Mesos's environment variables have name and value, its labels and parameters key and value.
  const { name, key } = value as Record<string, unknown>;
  const called = [name, key].find((one) => typeof one === "string" && isTelling(one)) as string | undefined;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]: [string, unknown]) => {
      for (const variable of variablesOf(field, part)) visit.variable?.(variable);
      if (called !== undefined && field === "value") return [field, withoutSecret(called, part, visit)];
      if (field.toLowerCase() !== "key" && isTelling(field)) return [field, withoutSecret(field, part, visit)];
      return [visit.text(field), walked(part, visit)];
    }),
  );
}

/** The field, as documents that are an environment have it; and of an app's `secrets` the variables that they come from. */
function variablesOf(field: string, part: unknown): string[] {
  const isApps = field === "secrets" && typeof part === "object" && part !== null && !Array.isArray(part);
  return [field, ...(isApps ? Object.values(part).filter((one) => typeof one === "string") : [])];
}

function walkedList(list: readonly unknown[], visit: Visit): unknown[] {
  return list.map((item, index) => {
    const before = list[index - 1];
    if (typeof before !== "string" || typeof item !== "string") return walked(item, visit);
    return /^--?[\w-]+$/.test(before) && isFlagsSecret(before, item)
      ? withoutSecret(before, item, visit)
      : walked(item, visit);
  });
}

/** Flags hold documents too, as --executor_environment_variables. */
function walkedText(text: string, visit: Visit): string {
  if (!/^\s*[[{]/.test(text)) return visit.text(text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return visit.text(text);
  }
  const clean = JSON.stringify(walked(document, visit));
  return clean === JSON.stringify(document) ? text : clean;
}

/** What is to stand in the place of a value, of which the whole is a secret, or any of its parts. */
function withoutSecret(name: string, value: unknown, visit: Visit): unknown {
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).filter(([field]) => field !== "type");
    const clean = parts.map(([, part]) => withoutSecret(name, part, visit));
    return clean.every((part, index) => part === parts[index]?.[1]) ? value : REMOVED;
  }
  if (typeof value !== "string" && !(typeof value === "number" && isOfItself(name))) return value;
  if (isHarmless(name, String(value))) return value;
  visit.secret(String(value));
  return REMOVED;
}
