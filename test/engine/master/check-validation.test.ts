import { describe, expect, it } from "vitest";
import { checksProblem } from "../../../src/engine/master/check-validation.ts";
import type { TaskInfo } from "../../../src/mesos/types.ts";

const task = (over: object): TaskInfo => ({ name: "t", task_id: { value: "t" }, agent_id: { value: "a" }, ...over });

describe("checksProblem", () => {
  it.each([
    [{}, "CheckInfo must specify 'type'"],
    [{ type: "COMMAND" }, "Expecting 'command' to be set for COMMAND check"],
    [{ type: "COMMAND", command: { command: {} } }, "Command check must contain 'shell command'"],
    [{ type: "HTTP" }, "Expecting 'http' to be set for HTTP check"],
    [{ type: "HTTP", http: { port: 1, path: "x" } }, "The path 'x' of HTTP check must start with '/'"],
    [{ type: "TCP" }, "Expecting 'tcp' to be set for TCP check"],
    [{ type: "TCP", tcp: { port: 1 }, interval_seconds: -1 }, "Expecting 'interval_seconds' to be non-negative"],
  ])("refuses the check %j", (check, words) => {
    expect(checksProblem(task({ check }))).toBe(`Task uses invalid check: ${words}`);
  });

  it.each([
    [{}, "HealthCheck must specify 'type'"],
    [{ type: "COMMAND", command: {} }, "Command health check must contain 'shell command'"],
    [{ type: "HTTP", http: { port: 1, path: "x" } }, "The path 'x' of HTTP health check must start with '/'"],
    [{ type: "TCP" }, "Expecting 'tcp' to be set for TCP health check"],
  ])("refuses the health check %j", (health_check, words) => {
    expect(checksProblem(task({ health_check }))).toBe(`Task uses invalid health check: ${words}`);
  });

  it("takes checks that can be done", () => {
    const http = { type: "HTTP", http: { port: 80, path: "/", scheme: "https" } };
    const check = { type: "COMMAND", command: { command: { value: "true" } }, delay_seconds: 0 };
    expect(checksProblem(task({ check, health_check: http }))).toBeUndefined();
    expect(checksProblem(task({}))).toBeUndefined();
  });
});
