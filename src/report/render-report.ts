// The report in the form that a file's extension asks for.
import type { DemoReport } from "./report.ts";

/** Renders a report by a file's extension: .json, .xml (JUnit) or .md. Undefined for any other. */
export async function renderReportFor(file: string, report: DemoReport): Promise<string | undefined> {
  switch (file.slice(file.lastIndexOf(".") + 1).toLowerCase()) {
    case "json":
      return JSON.stringify(report, null, 2) + "\n";
    case "xml":
      return (await import("./junit.ts")).toJunit(report);
    case "md":
      return (await import("./markdown.ts")).toMarkdown(report);
    default:
      return undefined;
  }
}
