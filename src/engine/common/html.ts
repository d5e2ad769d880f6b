// Pages for people: tables of text and links, without scripts. Whatever is shown is escaped here.
import type { HttpAnswer } from "./http.ts";

export type Cell = string | number | { text: string; href: string };

/** A page of headings with what is below them; undefined items are left out. */
export interface Page {
  title: string;
  /** Beside the title, such as the address. */
  subtitle: string;
  sections: Section[];
}

export type Section =
  { heading: string; facts: [string, Cell][] } | { heading: string; columns: string[]; rows: Cell[][]; empty: string };

/** The page, renewed by the browser every ten seconds. It can load and run nothing. */
export function htmlPage({ title, subtitle, sections }: Page): HttpAnswer {
  const body = sections.map((section) => `<h2>${escape(section.heading)}</h2>\n${renderSection(section)}`).join("\n");
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="10">`;
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
    body: `<!DOCTYPE html>
<html lang="en"><head>${head}<title>${escape(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escape(title)}</h1><p>${escape(subtitle)}</p></header>
<main>${body}</main></body></html>
`,
  };
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0; background: Canvas; color: CanvasText; }
header { padding: 14px 24px; background: #22384f; color: #fff; display: flex; gap: 16px; align-items: baseline; }
h1 { font-size: 20px; margin: 0; } header p { margin: 0; opacity: .8; }
main { padding: 4px 24px 32px; } h2 { font-size: 16px; margin: 22px 0 8px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; min-width: 60%; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid rgb(128 128 128 / .3); vertical-align: top; }
th { font-weight: 600; opacity: .75; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
p.empty { opacity: .7; } a { color: LinkText; }`;

function renderSection(section: Section): string {
  if ("facts" in section) {
    const rows = section.facts.map(([name, value]) => `<tr><th>${escape(name)}</th>${renderCell(value)}</tr>`);
    return `<div class="wide"><table>${rows.join("")}</table></div>`;
  }
  if (section.rows.length === 0) return `<p class="empty">${escape(section.empty)}</p>`;
  const head = section.columns.map((name) => `<th>${escape(name)}</th>`).join("");
  const rows = section.rows.map((row) => `<tr>${row.map(renderCell).join("")}</tr>`).join("\n");
  return `<div class="wide"><table><tr>${head}</tr>\n${rows}</table></div>`;
}

function renderCell(cell: Cell): string {
  if (typeof cell === "number") return `<td class="n">${cell}</td>`;
  if (typeof cell === "string") return `<td>${escape(cell)}</td>`;
  // A framework may call anything its web UI.
  if (!/^(https?:\/\/|[^:]*$)/.test(cell.href)) return `<td>${escape(cell.text)}</td>`;
  return `<td><a href="${escape(cell.href)}">${escape(cell.text)}</a></td>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** "1.5 / 4" of a resource that is in use. */
export const share = (used: number | string | undefined, total: number | string | undefined): string =>
  `${used ?? 0} / ${total ?? 0}`;

/** Date and time of seconds since the epoch. */
export const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
