import { describe, expect, it } from "vitest";
import { markAbsentGone } from "../../../src/engine/master/agents.ts";
import { startMaintenance, updateSchedule } from "../../../src/engine/master/maintenance.ts";
import { settle } from "../support/fake-clock.ts";
import { startMaster, TestAgent } from "../support/master-harness.ts";

describe("an agent that is given up while the registry takes it back", () => {
  /** A store that keeps its writer waiting while it is told to. */
  const slowStore = () => {
    let kept: Buffer | undefined;
    let release: (() => void) | undefined;
    let waiting: Promise<void> | undefined;
    return {
      read: () => Promise.resolve(kept),
      write: async (pieces: readonly Buffer[]) => {
        await waiting;
        kept = Buffer.concat(pieces);
      },
      hold: () => void (waiting = new Promise((resolve) => (release = resolve))),
      release: () => release?.(),
    };
  };

  const machine = { hostname: "a1", ip: "127.0.0.1" };

  const unreachable = async () => {
    const store = slowStore();
    const test = await startMaster({ args: ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3"], store });
    const windows = [{ machine_ids: [machine], unavailability: { start: { nanoseconds: 5e18 } } }];
    await updateSchedule(test.master.context, { windows });
    const agent = await new TestAgent(test).register();
    await agent.disconnect();
    await test.clock.advance(4_000);
    store.hold();
    return { test, store, back: await new TestAgent(test, { id: agent.id }).reregister() };
  };

  it("is gone", async () => {
    const { test, store, back } = await unreachable();
    const { state } = test.master.context;
    const given = markAbsentGone(test.master.context, back.id);
    store.release();
    await given;
    await settle();
    expect(back.told).toEqual([{ type: "SHUTDOWN", shutdown: { message: "Agent has been marked gone" } }]);
    expect([state.agents.size, state.goneAgents.has(back.id)]).toEqual([0, true]);
    const next = (await startMaster({ store })).master.context.state;
    expect([next.recoveredAgents.size, next.goneAgents.has(back.id)]).toEqual([0, true]);
  });

  it("stays out with its machine", async () => {
    const { test, store, back } = await unreachable();
    const down = startMaintenance(test.master.context, [machine]);
    store.release();
    await down;
    await settle();
    expect(back.told).toEqual([{ type: "SHUTDOWN", shutdown: { message: "Machine is `DOWN`" } }]);
    expect(test.master.context.state.agents.size).toBe(0);
    const next = (await startMaster({ store })).master.context.state;
    expect([next.recoveredAgents.size, next.unreachableAgents.has(back.id)]).toEqual([0, true]);
  });
});
