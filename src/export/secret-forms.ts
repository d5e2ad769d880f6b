// The forms of secrets that need no telling name: addresses with passwords, keys, and tokens that begin in ways of their own.
import { REMOVED } from "./secret-names.ts";

/** What an address may have between its user and its host: a password, which may hold any of the signs of an address. */
const PASSWORD = `(?:(?!:(?:\\\\{0,4}/){2})(?:[^\\s"'\\\\]|\\\\{1,4}(?:/|u[\\da-f]{4})|(?<=\\w)["'](?=\\w))){1,8192}`;

/** `scheme://user:password@host`, up to the last @: what looks like a port and goes on like one is no password. */
const WITH_PASSWORD = [
  new RegExp(`\\b(zk:(?:\\\\{0,4}/){2})([^\\s@/:"'\\\\,]{0,200}):(${PASSWORD})@`, "gi"),
  new RegExp(
    `\\b([a-z][a-z0-9+.-]{0,30}:(?:\\\\{0,4}/){2})([^\\s@/?#:"'\\\\,[\\]]{0,200}):` +
      `(?!\\d{1,5}(?:[/,?#\\s"'\\\\)\\]}>]|$))(${PASSWORD})@`,
    "gi",
  ),
];

/** Each with what is to stay before it. What may go on for long is bounded: logs hold lines of any length. */
const FORMS: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  // The rest of a key whose beginning was cut off.
  /()^[\s\S]{0,8192}?-----END [A-Z ]{0,40}PRIVATE KEY-----/g,
  ...WITH_PASSWORD.map((form) => new RegExp(form.source.replace(/@$/, "(?=@)"), form.flags)),
  /\b([a-z][a-z0-9+.-]{0,30}:(?:\\{0,4}\/){2})[^\s/?#@:"'\\]{1,500}(?=@)/gi,
  /(authorization\\{0,7}["']?\s{0,4}[:=]\s{0,4}\\{0,7}["']?)[a-z]{1,20} +[^\s"'\\]+/gi,
  /\b(Bearer )[A-Za-z0-9+/=_.~-]{16,}/g,
  /()(?<![\w-])eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*/g,
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\b(?:gh[pousr]_|github_pat_|glpat-|glsa_|dckr_pat_|hvs\.|sk-|xox[abprs]-)[\w-]{16,}/g,
  /()\bnpm_[A-Za-z0-9]{30,}\b/g,
  /()\bSG\.[\w-]{16,64}\.[\w-]{16,64}/g,
  // Addresses that are good for whoever has them.
  /([?&](?:X-(?:Amz|Goog)-)?(?:Signature|sig)=)[^\s&"'\\]+/gi,
  // Also those of a scheduler of ours, for the site of an app.
  /(https?:\/\/[\w.:[\]-]{1,100}\/)[\da-f]{32}(?=\/site\.tar\.gz)/g,
  // ZooKeeper's authentication, as in digest:user:password; what is no image's digest.
  /\b(digest:)(?!sha\d)[^\s:"']{1,200}:[^\s,"'\\]+/gi,
  /((?:^|[\s"'])(?:set-)?cookie\\{0,7}["']?\s{0,4}:\s{0,4}\\{0,7}["']?)[^\r\n"'\\]+/gi,
  /("auth\\{0,7}"\s{0,4}:\s{0,4}\\{0,7}")[^"\\]+/g,
  /(\blogin\s[^\n]{0,200}?\s-p[ =]?)[^\s-]\S*/g,
  /((?:^|\s)(?:-u|--user)=)(?!\d{1,9}:\d{1,9}(?:\s|$))[^\s:]{1,200}:\S+/g,
];

/** The text without what has such a form; `onRemoved` is called for each. */
export function withoutForms(text: string, onRemoved: () => void): string {
  let clean = text;
  for (const form of FORMS) {
    clean = clean.replaceAll(form, (found: string, before: string) => {
      if (found === before + REMOVED) return found;
      onRemoved();
      return before + REMOVED;
    });
  }
  return clean;
}

/** The passwords of the addresses in a text, as they are written there. */
export function addressPasswords(text: string): string[] {
  return WITH_PASSWORD.flatMap((form) => [...text.matchAll(form)].map((found) => found[3] ?? ""));
}
