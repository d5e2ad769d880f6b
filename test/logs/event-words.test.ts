import { describe, expect, it } from "vitest";
import type { OperatorNews } from "../../src/client/operator-stream.ts";
import { EventWords } from "../../src/logs/event-words.ts";
import type { TaskStatus } from "../../src/mesos/types.ts";

type NewsEvent = Extract<OperatorNews, { kind: "event" }>["event"];

const id = (value: string) => ({ value });
const agent = { agent_info: { id: id("S0"), hostname: "a.example", port: 5052 }, version: "1.12.0" };
const framework = { framework_info: { id: id("F0"), name: "web" } };

/** Words of a cluster that has the agent and the framework. */
function knowing(): { words: EventWords; first: string; say: (event: NewsEvent) => string } {
  const words = new EventWords();
  const state = { get_agents: { agents: [agent] }, get_frameworks: { frameworks: [framework] }, get_tasks: {} };
  const first = words.say({ kind: "subscribed", master: "http://m:5050", state });
  return { words, first, say: (event) => words.say({ kind: "event", event }) };
}

function updated(status: Partial<TaskStatus> & Pick<TaskStatus, "state">): NewsEvent {
  const whole: TaskStatus = { task_id: id("web.1"), agent_id: id("S0"), ...status };
  return { type: "TASK_UPDATED", task_updated: { framework_id: id("F0"), status: whole, state: status.state } };
}

describe("events in words", () => {
  it("begin with who leads and what there is", () => {
    expect(knowing().first).toBe("http://m:5050 leads, with 1 agent, 1 framework, 0 tasks");
    expect(new EventWords().say({ kind: "subscribed", master: "http://m:5050", state: {} })).toBe(
      "http://m:5050 leads, with 0 agents, 0 frameworks, 0 tasks",
    );
  });

  it("name agents and frameworks as people know them, and by their IDs where nobody does", () => {
    const { say } = knowing();
    const task = { task_id: id("web.1"), name: "web", framework_id: id("F0"), agent_id: id("S0") };
    expect(say({ type: "TASK_ADDED", task_added: { task } })).toBe(
      "task web.1 of web is launched on agent a.example:5052",
    );
    const unknown = { ...task, framework_id: id("F9"), agent_id: id("S9") };
    expect(say({ type: "TASK_ADDED", task_added: { task: unknown } })).toBe("task web.1 of F9 is launched on agent S9");
  });

  it("say what became of a task, why, and what whoever ended it had to say", () => {
    const { say } = knowing();
    expect(say(updated({ state: "TASK_RUNNING", healthy: true }))).toBe(
      "task web.1 of web on agent a.example:5052 is running (TASK_RUNNING, healthy)",
    );
    expect(
      say(
        updated({
          state: "TASK_FAILED",
          reason: "REASON_COMMAND_EXECUTOR_FAILED",
          message: "Command exited\n  with status 1\n",
        }),
      ),
    ).toBe(
      "task web.1 of web on agent a.example:5052 has failed (TASK_FAILED, REASON_COMMAND_EXECUTOR_FAILED): " +
        "Command exited with status 1",
    );
  });

  it("tell of agents and frameworks that come, change and go", () => {
    const { say } = knowing();
    const later = { agent_info: { id: id("S1"), hostname: "b.example" } };
    expect(say({ type: "AGENT_ADDED", agent_added: { agent: later } })).toBe("agent b.example:5051 has registered");
    expect(say({ type: "AGENT_REMOVED", agent_removed: { agent_id: id("S1") } })).toBe(
      "agent b.example:5051 is removed",
    );
    const fresh = { framework_info: { id: id("F1"), name: "batch" } };
    expect(say({ type: "FRAMEWORK_ADDED", framework_added: { framework: fresh } })).toBe(
      "framework batch has subscribed",
    );
    const gone = { ...fresh, active: false, connected: false };
    expect(say({ type: "FRAMEWORK_UPDATED", framework_updated: { framework: gone } })).toBe(
      "framework batch is disconnected",
    );
    const back = { ...fresh, active: true, connected: true };
    expect(say({ type: "FRAMEWORK_UPDATED", framework_updated: { framework: back } })).toBe(
      "framework batch is connected",
    );
    expect(say({ type: "FRAMEWORK_REMOVED", framework_removed: fresh })).toBe("framework batch is removed");
  });

  it("say when none come", () => {
    const { words } = knowing();
    expect(words.say({ kind: "lost", reason: "Another master leads now." })).toBe(
      "no events for now: Another master leads now",
    );
    expect(words.say({ kind: "waiting", reason: "none of a, b leads" })).toBe(
      "waiting for a leading master: none of a, b leads",
    );
  });
});
