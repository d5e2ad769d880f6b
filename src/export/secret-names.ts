// The names that secrets go by, of flags, variables, labels, headers and fields; and what is no secret under such a name.

/** What stands in the place of a secret. */
export const REMOVED = "[removed]";

/** Parts of such names, for patterns that disregard case. */
export const TELLING =
  "pass(?:word|wd|phrase|code)|[_-]pwd|secret|token|credential|api[_-]?key|private[_-]?key|access[_-]?key";

const TELLING_NAME = new RegExp(`${TELLING}|(?:^|[_-])(?:pass|pw|keys?|auth)(?:$|[_-])|authorization|cookie`, "i");

const OF_ITSELF = new RegExp(`(?:${TELLING}|(?:^|[_-])(?:pass|pw|auth)|authorization)[_-]?\\d{0,3}$`, "i");

export function isTelling(name: string): boolean {
  return TELLING_NAME.test(name) || /[a-z](?:Key|Pass|Pwd|Auth)$/.test(name);
}

/** Names that end so are of a secret itself, and not of how many there are or how long they last. */
export function isOfItself(name: string): boolean {
  return OF_ITSELF.test(name);
}

const NOTHING = /^(?:true|false|yes|no|on|off|null|none|undefined|nil|\[\s{0,20}\]|\{\s{0,20}\})?$/i;

/** Of what is no secret itself: counts, sizes, durations, and places in a source. */
const COUNT = /^\d{1,5}(?:\.\d{1,3})?(?:[kmgt]i?b?|[nmu]?s|secs?|mins?|hrs?|days?|weeks?|[:)\].,][\d:)\].,]{0,12})?$/i;

/** Whether a value is none to keep secret, although its name is telling: a switch, nothing, or a number that counts something. */
export function isHarmless(name: string, value: string): boolean {
  return NOTHING.test(value) || (COUNT.test(value) && !isOfItself(name));
}
