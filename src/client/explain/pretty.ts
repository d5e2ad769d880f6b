// JSON for people to read: on one line what fits there, and of what is long its beginning.

const WIDTH = 100;
const MAX_ITEMS = 3;
const MAX_TEXT = 100;
const MAX_LINES = 40;

/** The value as lines; whatever was left out is named. */
export function pretty(value: unknown): string[] {
  const lines = layOut(shortened(value), "");
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`];
}

/** The same value with the beginnings of long lists and texts. */
function shortened(value: unknown): unknown {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map(shortened);
    return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
}

function layOut(value: unknown, indent: string): string[] {
  const flat = JSON.stringify(value);
  if (typeof value !== "object" || value === null || indent.length + flat.length <= WIDTH) return [indent + flat];
  const parts: [string, unknown][] = Array.isArray(value)
    ? value.map((item): [string, unknown] => ["", item])
    : Object.entries(value).map(([name, part]): [string, unknown] => [`${JSON.stringify(name)}: `, part]);
  const inner = parts.flatMap(([label, part], i) => {
    const lines = layOut(part, `${indent}  `);
    lines[0] = `${indent}  ${label}${(lines[0] ?? "").trimStart()}`;
    if (i < parts.length - 1) lines.push(`${lines.pop() ?? ""},`);
    return lines;
  });
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return [`${indent}${open}`, ...inner, `${indent}${close}`];
}
