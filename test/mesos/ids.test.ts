import { describe, expect, it } from "vitest";
import { base64ToUuid, idProblem, isUuid, uuidToBase64 } from "../../src/mesos/ids.ts";
import { isTerminal, isUncertain } from "../../src/mesos/task-state.ts";

describe("an ID", () => {
  it.each(["web.1", "with space", "ü", "x".repeat(255)])("may be %j", (id) => {
    expect(idProblem(id)).toBeUndefined();
  });

  it.each([
    ["", "ID must not be empty"],
    [".", "'.' is disallowed"],
    ["..", "'..' is disallowed"],
    ["has/slash", "'has/slash' contains invalid characters"],
    ["has\\backslash", "'has\\backslash' contains invalid characters"],
    ["tab\t", "'tab\t' contains invalid characters"],
    ["x".repeat(256), "ID must not be greater than 255 characters"],
  ])("%j is refused in Mesos's words", (id, problem) => {
    expect(idProblem(id)).toBe(problem);
  });
});

describe("the UUID of a status update", () => {
  it("is 16 bytes in base64", () => {
    const uuid = "327f90a5-0b51-4c2a-9d0e-2f0c4a1b7e66";
    expect(uuidToBase64(uuid)).toBe("Mn+QpQtRTCqdDi8MSht+Zg==");
    expect(base64ToUuid(uuidToBase64(uuid))).toBe(uuid);
  });

  it.each([
    ["of version 4", "327f90a5-0b51-4c2a-9d0e-2f0c4a1b7e66", true],
    ["of no version", "327f90a5-0b51-0c2a-9d0e-2f0c4a1b7e66", false],
    ["cut short", "327f90a5-0b51-4c2a-9d0e", false],
  ])("%s is taken for one or not, as Mesos does", (_what, uuid, expected) => {
    expect(isUuid(uuidToBase64(uuid))).toBe(expected);
  });
});

describe("a task's state", () => {
  it("is terminal, or uncertain, or neither", () => {
    expect(isTerminal("TASK_FINISHED")).toBe(true);
    expect(isTerminal("TASK_RUNNING")).toBe(false);
    expect(isTerminal("TASK_UNREACHABLE")).toBe(false);
    expect(isUncertain("TASK_UNREACHABLE")).toBe(true);
    expect(isUncertain("TASK_LOST")).toBe(false);
  });
});
