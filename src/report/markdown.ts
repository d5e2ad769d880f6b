// The report as Markdown, made for a job summary of a CI server.
import type { DemoReport } from "./report.ts";
import { reportRows } from "./rows.ts";

export function toMarkdown(report: DemoReport): string {
  const lines = [
    `## ${report.ok ? "✅" : "❌"} mesos-up demo: ${report.ok ? "nginx answered from a Mesos container" : (report.error?.message ?? "did not finish")}`,
    "",
  ];
  if (report.error?.hint) lines.push(report.error.hint, "");
  const rows = reportRows(report);
  if (rows.length > 0)
    lines.push("| | |", "| --- | --- |", ...rows.map(([name, text]) => `| ${name} | ${cell(text)} |`), "");
  lines.push("| step | outcome | ms |", "| --- | --- | ---: |");
  for (const step of report.steps)
    lines.push(
      `| ${cell(step.title)}${step.detail ? ` · ${cell(step.detail)}` : ""} | ${step.outcome} | ${Math.round(step.elapsedMs)} |`,
    );
  lines.push(`| **total** | | ${Math.round(report.timing.totalMs)} |`, "");
  if (report.error?.evidence)
    lines.push("```text", report.error.evidence.trimEnd().replaceAll("```", "'''"), "```", "");
  return lines.join("\n");
}

/** Text that cannot break out of its cell of a table. */
function cell(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replace(/\s*\n\s*/g, " ");
}
