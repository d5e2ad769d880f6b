import { describe, expect, it } from "vitest";
import {
  CommandError,
  ConfigError,
  MesosApiError,
  MesosUpError,
  StepError,
  TaskFailedError,
} from "../../src/errors.ts";
import { RecordingSink } from "../../src/progress/recording-sink.ts";
import { errorEvidence, renderError } from "../../src/progress/render-error.ts";
import { createSteps } from "../../src/progress/steps.ts";

describe("an error, as a user reads it", () => {
  it("is what happened and what to do", () => {
    const error = new MesosUpError("Port 5050 is taken by nginx.", { code: "PORT_TAKEN", hint: "Stop it." });
    expect(renderError(error)).toBe("Error: Port 5050 is taken by nginx.\nStop it.");
  });

  it("lists every problem of a file with its place", () => {
    const issues = [
      { path: "masters.count", message: "must be 1, 3 or 5, but is 2", line: 3, column: 10 },
      { path: "agents[0].port", message: "is required" },
      { path: "", message: "Map keys must be unique", line: 7 },
    ];
    const details = { code: "CLUSTER_FILE_INVALID", hint: "Correct them.", file: "c.yaml", issues };
    expect(renderError(new ConfigError("The cluster file c.yaml has 3 problems.", details)).split("\n")).toEqual([
      "Error: The cluster file c.yaml has 3 problems.",
      "Correct them.",
      "  c.yaml:3:10 masters.count must be 1, 3 or 5, but is 2",
      "  c.yaml agents[0].port is required",
      "  c.yaml:7 Map keys must be unique",
    ]);
  });

  it("shows the last lines of a log, twenty at most", () => {
    const logTail = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join("");
    const error = new StepError("Too late.", { code: "STEP_TIMEOUT", step: "zk", elapsedMs: 1, logTail });
    const lines = renderError(error).split("\n");
    expect(lines.slice(0, 4)).toEqual(["Error: Too late.", "", "Last log lines:", "  | line 11"]);
    expect(lines.at(-1)).toBe("  | line 30");
  });

  it.each([
    [new CommandError("a", { code: "A", command: "apt-get", output: "E: no\n" }), "Last lines of apt-get", "E: no"],
    [new MesosApiError("a", { code: "A", status: 503, body: "No leader" }), "What was answered (503)", "No leader"],
    [
      new TaskFailedError("a", { code: "A", taskId: "t", state: "TASK_FAILED", stderrTail: "boom" }),
      "Last lines of the task's stderr",
      "boom",
    ],
  ])("brings the evidence that it carries: %s", (error, what, text) => {
    expect(errorEvidence(error)).toEqual({ what, text });
    const step = new StepError("s", { code: "STEP_FAILED", step: "s", elapsedMs: 1, cause: error });
    expect(errorEvidence(step)).toEqual({ what, text });
  });

  it("says which step it happened in, where its words do not", async () => {
    const { step } = createSteps({ sink: new RecordingSink() });
    const error = new MesosUpError("Port 5050 is taken.", { code: "PORT_TAKEN" });
    await expect(step({ id: "ports", title: "Ports are free" }, () => Promise.reject(error))).rejects.toBe(error);
    expect(renderError(error)).toBe('Error: Port 5050 is taken. (step "Ports are free")');
  });

  it("never drops what went wrong while cleaning up", () => {
    const cleanup = new MesosUpError("master-1 is still there.", { code: "LEFT", hint: "Run down again." });
    const error = new MesosUpError("Interrupted.", { code: "INTERRUPTED", cleanupErrors: [cleanup] });
    expect(renderError(error)).toBe(
      "Error: Interrupted.\n\nCleaning up failed too:\n  - master-1 is still there.\n    Run down again.",
    );
  });

  it("that nobody foresaw is called a defect", () => {
    expect(renderError(new TypeError("x is not a function"))).toMatch(/^Error: x is not a function\nThis is a defect/);
    expect(renderError("text")).toMatch(/^Error: text\n/);
  });

  it("adds stack and causes only when debugging", () => {
    const error = new MesosUpError("No.", { code: "NO", cause: new Error("the root of it") });
    expect(renderError(error)).not.toContain("the root of it");
    const debug = renderError(error, { debug: true });
    expect(debug).toContain("the root of it");
    expect(debug).toContain("render-error.test.ts");
  });

  it("is coloured where wanted", () => {
    expect(renderError(new Error("x"), { colour: true })).toContain("\u001b[31mError:\u001b[39m");
  });
});
