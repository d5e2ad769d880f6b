// The report in the form that a file's extension asks for.
import { extname } from "node:path";
import type { DemoReport } from "./report.ts";

type Render = (report: DemoReport) => string | Promise<string>;

const renderers: ReadonlyMap<string, Render> = new Map<string, Render>([
  [".json", (report) => JSON.stringify(report, null, 2) + "\n"],
  [".xml", async (report) => (await import("./junit.ts")).toJunit(report)],
  [".md", async (report) => (await import("./markdown.ts")).toMarkdown(report)],
]);

/** How a report's file may end, for people. */
export const REPORT_FILE_FORMS = ".json, .xml (JUnit) or .md";

/** How a file with this name is rendered; undefined if its extension asks for no form that there is. */
export function reportRendererFor(file: string): Render | undefined {
  return renderers.get(extname(file).toLowerCase());
}
