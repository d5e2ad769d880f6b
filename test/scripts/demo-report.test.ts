import { describe, expect, it } from "vitest";
import { reportCheck, reportText } from "../../scripts/demo-report.ts";
import type { DemoReport } from "../../src/report/report.ts";

const seen = { url: "http://127.0.0.1:9000/", server: "nginx", firstBytes: "<h1>", latencyMs: 2, attempts: 3 };

describe("what a demo reports of its HTTP check", () => {
  it("is the answer, and with a site whether it was the index page", () => {
    expect(reportCheck({ ...seen, status: 200 })).toEqual({ ...seen, status: 200 });
    expect(reportCheck({ ...seen, status: 200, bodyMatches: true })).toEqual({
      ...seen,
      status: 200,
      siteMatches: true,
    });
    expect(reportCheck({ ...seen, status: 404, bodyMatches: false })).toEqual({
      ...{ ...seen, status: 404, siteMatches: false },
    });
  });

  it("has no status where nobody answered", () => {
    expect(reportCheck({ ...seen, server: "", firstBytes: "" })).not.toHaveProperty("status");
  });

  it("is shown to people also when it failed", () => {
    const failed: DemoReport = {
      ...{ ok: false, startedAt: "2026-01-02T03:04:05.000Z", steps: [], timing: { totalMs: 1 } },
      ...{ kept: false, appKept: false, check: reportCheck({ ...seen, status: 200, bodyMatches: false }) },
    };
    expect(reportText(failed)).toMatch(
      /HTTP check .*→ 200, Server: nginx, 2.0 ms\n.*first bytes.*\n.*another page came back/,
    );
  });
});
