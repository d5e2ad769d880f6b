import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../src/mesos/types.ts";
import { failureHint, tellingLine } from "../../src/scheduler/failure-words.ts";

const LAUNCH_FAILED = { source: "SOURCE_AGENT", reason: "REASON_CONTAINER_LAUNCH_FAILED" } as const;
const failed = (over: Partial<TaskStatus>): TaskStatus => ({
  ...{ task_id: { value: "my.web.2.0a1b2c3d" }, state: "TASK_FAILED" },
  ...over,
});

describe("what to do about a task that failed", () => {
  it.each<[string, Partial<TaskStatus>, string]>([
    [
      "the fetcher's words, for what it could not fetch",
      { ...LAUNCH_FAILED, message: "Failed to launch container: Failed to fetch all URIs for container 'c'" },
      "`mesos-up tasklogs my.web --stderr`",
    ],
    [
      "the image, for what Docker says of it",
      { ...LAUNCH_FAILED, message: "Failed to launch container: Failed to run 'docker -H unix:///x pull nope'" },
      "the image's name",
    ],
    ["all of them, for other launches that failed", LAUNCH_FAILED, "the image, the URIs"],
    [
      "the agent's containerizers, where none of them has taken it",
      { source: "SOURCE_AGENT", message: "Abnormal executor termination: unknown container" },
      "No containerizer of the agent takes it",
    ],
    ["the app, for what the master refuses", { source: "SOURCE_MASTER", reason: "REASON_TASK_INVALID" }, "the app"],
  ])("is to look at %s", (_what, status, hint) => {
    expect(failureHint(failed(status), "")).toContain(hint);
  });
});

describe("the line of a stderr that tells most", () => {
  it.each([
    ["is the last one", "one\ntwo\n\n", "two"],
    [
      "is what could not be fetched, without what glog puts before it",
      "I1121 20:32:34.020905 19544 fetcher.cpp:290] Fetching 'http://h:1/a.tgz' directly into the sandbox directory\n" +
        "E1121 20:32:34.026789 19544 fetcher.cpp:615] EXIT with status 1: Failed to fetch 'http://h:1/a.tgz': Couldn't connect\n" +
        "Failed to synchronize with agent (it's probably exited)",
      "Failed to fetch 'http://h:1/a.tgz': Couldn't connect",
    ],
    [
      "is why Docker did not run it",
      "docker: Error response from daemon: address already in use\n\nRun 'docker run --help' for more information",
      "docker: Error response from daemon: address already in use",
    ],
    ["is none of an empty one", "", undefined],
  ])("%s", (_what, tail, line) => {
    expect(tellingLine(tail)).toBe(line);
  });
});
