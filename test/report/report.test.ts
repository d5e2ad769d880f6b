import { describe, expect, it } from "vitest";
import { reportRendererFor } from "../../src/report/render-report.ts";
import type { DemoReport } from "../../src/report/report.ts";
import { reportRows } from "../../src/report/rows.ts";

const report: DemoReport = {
  ok: true,
  startedAt: "2026-01-02T03:04:05.000Z",
  cluster: {
    name: "demo",
    backend: "local",
    engine: "embedded engine 0.1.0",
    zookeeper: { connect: "127.0.0.1:2181", version: "3.8.0" },
    leadingMaster: { url: "http://127.0.0.1:5050", id: "m-1" },
    agents: [
      {
        name: "agent-1",
        url: "http://127.0.0.1:5051",
        id: "m-1-S0",
        attributes: { rack: "r2d2", pod: "demo,dev" },
        active: true,
      },
    ],
  },
  framework: { id: "m-1-0000", name: "mesos-up" },
  task: {
    id: "nginx.1",
    agent: "agent-1",
    containerId: "c-1",
    runtime: "runc",
    image: "nginx:debian",
    imageDetail: "nginx 1.22.1 from Debian",
    hostPorts: [9000],
    offerId: "o-1",
  },
  check: {
    url: "http://127.0.0.1:9000/",
    status: 200,
    server: "nginx",
    firstBytes: "<h1>a | b</h1>",
    latencyMs: 1.25,
    attempts: 2,
  },
  steps: [
    { id: "zookeeper", title: "ZooKeeper answers", outcome: "done", elapsedMs: 300 },
    { id: "verify", title: "nginx answers", outcome: "done", detail: "HTTP 200", elapsedMs: 40 },
  ],
  timing: { readyMs: 600, acceptToHttpMs: 200, totalMs: 1200 },
  kept: false,
  appKept: false,
};

const failed: DemoReport = {
  ok: false,
  startedAt: report.startedAt,
  steps: [{ id: "zookeeper", title: "ZooKeeper answers", outcome: "failed", elapsedMs: 5000 }],
  timing: { totalMs: 5100 },
  kept: false,
  appKept: false,
  error: {
    code: "STEP_TIMEOUT",
    message: "ZooKeeper did not answer <in time>",
    hint: "Look at the log.",
    evidence: "last line",
  },
};

const render = async (file: string, shown: DemoReport) => (await reportRendererFor(file)?.(shown)) ?? "";

/** nginx answered, and not as wanted. */
const otherwise: DemoReport = {
  ...failed,
  check: { ...report.check!, status: 404, server: "", siteMatches: false },
  steps: [{ id: "verify", title: "nginx answers", outcome: "failed", elapsedMs: 5000 }],
};

describe("the report", () => {
  it("names rack and pod of every agent, the container, the port and what the check saw", () => {
    const text = reportRows(report)
      .map((row) => row.join(": "))
      .join("\n");
    expect(text).toContain("rack r2d2, pod demo,dev, active");
    expect(text).toContain("c-1 (runc)");
    expect(text).toContain("host port 9000");
    expect(text).toContain("http://127.0.0.1:9000/ → 200, Server: nginx, 1.3 ms");
  });

  it("is written as JSON, JUnit XML or Markdown by the file's extension, and as nothing else", async () => {
    expect(JSON.parse(await render("a/b.json", report))).toEqual(report);
    expect(await render("b.XML", report)).toContain("<testsuite ");
    expect(await render("b.md", report)).toContain("## ✅ mesos-up demo");
    for (const file of ["b.txt", "json", "b.json/c", ""]) expect(reportRendererFor(file), file).toBeUndefined();
  });

  it.each(["r.json", "r.xml", "r.md"])("tells what came instead of the right answer, in %s too", async (file) => {
    const text = await render(file, otherwise);
    for (const word of ["404", "http://127.0.0.1:9000/", "a | b", "1.25"]) {
      const shown = {
        "r.md": word.replace("|", "\\|").replace("1.25", "1.3 ms"),
        "r.xml": word.replace("1.25", "1.3 ms"),
      };
      expect(text).toContain(file in shown ? shown[file as keyof typeof shown] : word);
    }
    expect(text).toContain(file === "r.json" ? '"siteMatches": false' : "another page came back");
  });

  it("tells of nobody answering", () => {
    const { url, firstBytes, latencyMs } = report.check!;
    const silent: DemoReport = { ...failed, check: { url, firstBytes, latencyMs, server: "", attempts: 7 } };
    expect(reportRows(silent)).toEqual([["HTTP check", "http://127.0.0.1:9000/ → no answer to 7 requests"]]);
  });
});

describe("the report as JUnit XML", () => {
  it("has one test case a step, with seconds", async () => {
    const xml = await render("r.xml", report);
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    expect(xml).toContain('name="ZooKeeper answers" time="0.300"');
    expect(xml).toContain('failures="0"');
  });

  it("shows the failed step with the error's words, escaped", async () => {
    const xml = await render("r.xml", failed);
    expect(xml).toContain('failures="1"');
    expect(xml).toContain("ZooKeeper did not answer &lt;in time&gt;");
    expect(xml).toContain("last line");
  });

  it("says of a skipped step why, and counts it as no failure", async () => {
    const detail = "ended because another step failed";
    const skipped = { id: "image", title: "Image is at hand", outcome: "skipped" as const, detail, elapsedMs: 0 };
    const xml = await render("r.xml", { ...failed, steps: [...failed.steps, skipped] });
    expect(xml).toContain('failures="1" skipped="1"');
    expect(xml).toContain(`<skipped message="${detail}"/>`);
    expect(xml.match(/<failure /g)).toHaveLength(1);
  });

  it("is XML also where a task has written what XML cannot hold", async () => {
    const evidence = "\u001b[31mred\u001b[0m \u0000 ]]> \ud800";
    const xml = await render("r.xml", { ...failed, error: { ...failed.error!, evidence } });
    expect(xml).toContain("\ufffd[31mred\ufffd[0m \ufffd ]]&gt; \ufffd");
  });

  it("is a failure also when the error fell outside every step", async () => {
    expect(await render("r.xml", { ...failed, steps: [] })).toContain('failures="1"');
  });
});

describe("the report as Markdown", () => {
  it("keeps what a server sent inside its cell", async () => {
    const markdown = await render("r.md", report);
    expect(markdown).toContain('"&lt;h1>a \\| b&lt;/h1>"');
  });

  it("leads with what happened, then what to do, and ends with the evidence", async () => {
    const markdown = await render("r.md", failed);
    expect(markdown).toMatch(/^## ❌ mesos-up demo: ZooKeeper did not answer <in time>\n\nLook at the log\./);
    expect(markdown).toContain("```text\nlast line\n```");
  });
});
