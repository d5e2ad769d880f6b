// The report as JUnit XML: one test case a step, so that a CI server shows which step failed and how long each took.
import builder from "junit-report-builder";
import type { DemoReport } from "./report.ts";

export function toJunit(report: DemoReport): string {
  const suites = builder.newBuilder();
  const suite = suites
    .testSuite()
    .name("mesos-up demo")
    .timestamp(report.startedAt)
    .time(report.timing.totalMs / 1000);
  for (const step of report.steps) {
    const testCase = suite
      .testCase()
      .className("mesos-up.demo")
      .name(step.title)
      .time(step.elapsedMs / 1000);
    if (step.outcome === "skipped") testCase.skipped();
    if (step.outcome === "failed") {
      testCase.failure(report.error?.message ?? "failed", report.error?.code);
      if (report.error?.evidence) testCase.standardError(report.error.evidence);
    }
  }
  // An error outside any step must not leave a file that reads as success.
  if (!report.ok && !report.steps.some((step) => step.outcome === "failed"))
    suite
      .testCase()
      .className("mesos-up.demo")
      .name("demo")
      .failure(report.error?.message ?? "the demo did not finish", report.error?.code);
  return suites.build();
}
