// The report as JUnit XML: one test case a step, so that a CI server shows which step failed and how long each took.
import { create } from "xmlbuilder2";
import type { DemoReport, ReportStep } from "./report.ts";
import { checkRows } from "./rows.ts";

export function toJunit(report: DemoReport): string {
  const cases = casesOf(report);
  const suite = {
    "@name": "mesos-up demo",
    "@timestamp": report.startedAt,
    "@time": seconds(report.timing.totalMs),
    "@tests": cases.length,
    "@failures": cases.filter(({ outcome }) => outcome === "failed").length,
    "@skipped": cases.filter(({ outcome }) => outcome === "skipped").length,
    testcase: cases.map((step) => testCase(step, report)),
  };
  return (
    create(
      { version: "1.0", encoding: "UTF-8", invalidCharReplacement: "\ufffd" },
      { testsuites: { testsuite: suite } },
    ).end({ prettyPrint: true }) + "\n"
  );
}

/** An error outside any step must not leave a file that reads as success. */
function casesOf({ ok, steps, timing }: DemoReport): ReportStep[] {
  if (ok || steps.some(({ outcome }) => outcome === "failed")) return steps;
  return [...steps, { id: "demo", title: "demo", outcome: "failed", elapsedMs: timing.totalMs }];
}

function testCase({ id, title, outcome, detail, elapsedMs }: ReportStep, { error, check }: DemoReport): object {
  const failure = {
    "@message": error?.message ?? "the demo did not finish",
    "@type": error?.code ?? "UNKNOWN",
    "#": error?.evidence ?? "",
  };
  return {
    "@classname": "mesos-up.demo",
    "@name": title,
    "@time": seconds(elapsedMs),
    ...(outcome === "skipped" ? { skipped: detail === undefined ? {} : { "@message": detail } } : {}),
    ...(outcome === "failed" ? { failure } : {}),
    ...(id === "verify" && check
      ? {
          "system-out": checkRows(check)
            .map((row) => row.join(": "))
            .join("\n"),
        }
      : {}),
  };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
