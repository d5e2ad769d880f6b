import { describe, expect, it } from "vitest";
import { RegisteredAgents } from "../../../src/engine/master/registered-agents.ts";
import type { AgentInfo } from "../../../src/mesos/types.ts";

const agent = (id: string, hostname = `host-${id}`): AgentInfo => ({ hostname, id: { value: id } });

const parsed = (agents: RegisteredAgents): AgentInfo[] =>
  JSON.parse(`[${Buffer.concat(agents.jsonPieces()).toString()}]`) as AgentInfo[];

describe("RegisteredAgents", () => {
  it("gives all agents as JSON after any changes", () => {
    const agents = new RegisteredAgents();
    expect(parsed(agents)).toEqual([]);
    for (let n = 0; n < 1000; n++) agents.set(`S${n}`, agent(`S${n}`));
    for (let n = 0; n < 1000; n += 3) agents.delete(`S${n}`);
    agents.set("S1", agent("S1", "elsewhere"));
    for (let n = 1000; n < 1200; n++) agents.set(`S${n}`, agent(`S${n}`));
    expect(new Set(parsed(agents).map(({ hostname }) => hostname))).toEqual(
      new Set([...agents.values()].map(({ hostname }) => hostname)),
    );
    expect(parsed(agents)).toHaveLength(agents.size);
    agents.clear();
    expect(parsed(agents)).toEqual([]);
  });

  it("makes only the pieces anew in which something has changed", () => {
    const agents = new RegisteredAgents();
    for (let n = 0; n < 1000; n++) agents.set(`S${n}`, agent(`S${n}`));
    const before = new Set(agents.jsonPieces());
    expect(agents.jsonPieces().filter((piece) => !before.has(piece))).toEqual([]);
    agents.delete("S0");
    agents.set("S1000", agent("S1000"));
    expect(agents.jsonPieces().filter((piece) => !before.has(piece)).length).toBeLessThanOrEqual(2);
  });

  it("gives up pieces that are empty", () => {
    const agents = new RegisteredAgents();
    for (let n = 0; n < 1000; n++) agents.set(`S${n}`, agent(`S${n}`));
    for (let n = 0; n < 1000; n++) agents.delete(`S${n}`);
    expect(agents.jsonPieces()).toEqual([]);
    agents.set("S1", agent("S1"));
    expect(parsed(agents)).toEqual([agent("S1")]);
  });
});
