import { describe, expect, it } from "vitest";
import type { LogLine, LogSource } from "../../src/backends/log-source.ts";
import type { AgentState, ExecutorSummary } from "../../src/client/operator.ts";
import type { Entry } from "../../src/logs/entries.ts";
import { followLogs } from "../../src/logs/follow-logs.ts";
import { logsCalled, refuseUnknown, type NamedLog } from "../../src/logs/named-log.ts";
import { readLogs } from "../../src/logs/read-logs.ts";
import { entryRenderer } from "../../src/logs/render-entries.ts";
import { sandboxesOf } from "../../src/logs/sandbox-logs.ts";

const now = new Date(2026, 10, 21, 14).getTime();
const nowMs = () => now;
const signal = new AbortController().signal;
const glog = (second: number, text: string) =>
  `I1121 13:00:${String(second).padStart(2, "0")}.000000 1 a.cpp:1] ${text}`;

/** A log that holds these lines, each of ten bytes to whoever counts, and then goes on with those. */
function heldLog(held: string[], coming: string[][] = []): LogSource {
  return {
    tail: (bytes) => {
      const count = Math.floor(bytes / 10);
      const lines = held.slice(-count).map((text): LogLine => ({ text }));
      return Promise.resolve({ lines, whole: count >= held.length, position: "end" });
    },
    async *follow(position, over) {
      if (position === undefined) yield held.map((text) => ({ text }));
      for (const batch of coming) yield batch.map((text) => ({ text }));
      await new Promise((_, reject) => over.addEventListener("abort", () => reject(over.reason as Error)));
    },
  };
}

const named = (name: string, log: LogSource, about: Partial<NamedLog> = {}): NamedLog => ({
  ...{ name, kind: "agent", aliases: [], log },
  ...about,
});

const executor = (id: string, parts: Partial<ExecutorSummary> = {}): ExecutorSummary => ({
  ...{ id, source: id, directory: `/w/${id}`, container: "c", tasks: [{ id, name: "web" }] },
  ...parts,
});

describe("logs", () => {
  it("are called by name, kind, task and app", () => {
    const logs = [
      named("agent-1", heldLog([])),
      named("master-1", heldLog([]), { kind: "master" }),
      named("web.1 stdout", heldLog([]), { kind: "task", aliases: ["web", "web.1"] }),
    ];
    const called = (...words: string[]) => logsCalled(logs, words).map(({ name }) => name);
    expect(called()).toHaveLength(3);
    expect(called("masters", "web")).toEqual(["master-1", "web.1 stdout"]);
    expect(called("web.1")).toEqual(["web.1 stdout"]);
    expect(() => refuseUnknown(logs, ["zookeeper"])).not.toThrow();
    expect(() => refuseUnknown(logs, ["agent-9"])).toThrow("There is no log of agent-9 here.");
  });

  it("are read back as far as is needed, and one that cannot be had keeps nobody", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => glog(index % 60, String(index)));
    const gone: LogSource = { ...heldLog([]), tail: () => Promise.reject(new Error("gone")) };
    const read = await readLogs([named("a", heldLog(many)), named("b", gone)], { last: 10_000, signal, nowMs });
    expect(read.entries.at(-1)?.lines).toEqual([many.at(-1)]);
    expect(read.entries).toHaveLength(10_000);
    expect(read.missing).toEqual([{ name: "b", why: "gone" }]);
  });

  it("are followed from where they were read, new ones from their beginning", async () => {
    const over = new AbortController();
    const heard: Entry[] = [];
    const logs = [
      named("a", heldLog([glog(1, "old")], [[glog(5, "a5")], ["  more"]])),
      named("b", heldLog([glog(4, "b4")])),
    ];
    await followLogs({
      ...{ signal: over.signal, nowMs, positions: new Map([["a", "end"]]), discoverEveryMs: 1 },
      discover: () => Promise.resolve(logs),
      clock: { nowMs, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
      onEntries: (entries) => {
        heard.push(...entries);
        if (heard.length >= 2) over.abort();
      },
    });
    expect(heard.map(({ source, lines }) => [source, ...lines])).toEqual([
      ["b", glog(4, "b4")],
      ["a", glog(5, "a5"), "  more"],
    ]);
  });

  it("have their names before every line, and colour only where it is wanted", () => {
    const entry: Entry = { source: "b", atMs: 0, level: "E", lines: ["one", "two"] };
    expect(entryRenderer(["agent", "b"], { colour: false }).render(entry)).toBe("b     │ one\nb     │ two");
    expect(entryRenderer(["agent", "b"], { colour: true }).render(entry)).toContain("\u001B[");
  });
});

describe("sandboxes of tasks", () => {
  const state: AgentState = {
    ...{ id: "S", pid: "", hostname: "", completed_frameworks: [] },
    frameworks: [
      {
        ...{
          id: "F",
          name: "fw",
          completed_executors: [executor("web.0", { tasks: [], completed_tasks: [{ id: "web.0", name: "web" }] })],
        },
        executors: [
          executor("web.1"),
          executor("pod", { type: "DEFAULT", tasks: [{ id: "t1" }, { id: "t2" }] }),
          executor("shared", { tasks: [{ id: "x" }, { id: "y" }] }),
        ],
      },
    ],
  };

  it("are those of command tasks, of a default executor's tasks each, and of an executor that several share", () => {
    expect(sandboxesOf(state, false).map(({ task, folder }) => [task, folder])).toEqual([
      ["web.1", "/w/web.1"],
      ["t1", "/w/pod/tasks/t1"],
      ["t2", "/w/pod/tasks/t2"],
      ["shared", "/w/shared"],
    ]);
    expect(sandboxesOf(state, false)[0]?.aliases).toEqual(["web", "web.1", "fw"]);
  });

  it("are also those of tasks that have ended, if asked for", () => {
    expect(sandboxesOf(state, true).map(({ task }) => task)[0]).toBe("web.0");
  });
});
