import { describe, expect, it } from "vitest";
import { RecoveredAgents } from "../../../src/engine/master/recovered-agents.ts";

const timer = { cancel: () => {} };

describe("RecoveredAgents", () => {
  it("finds agents by where they were", () => {
    const agents = new RecoveredAgents();
    const place = { hostname: "a", port: 5051 };
    agents.set("S0", { info: place, timer });
    agents.set("S1", { info: place, timer });
    agents.set("S2", { info: { hostname: "a", port: 5052 }, timer });
    expect(agents.idsAt(place)).toEqual(["S0", "S1"]);
    agents.delete("S0");
    agents.set("S1", { info: { hostname: "b" }, timer });
    expect(agents.idsAt(place)).toEqual([]);
    expect(agents.idsAt({ hostname: "b" })).toEqual(["S1"]);
    agents.clear();
    expect([agents.size, agents.idsAt({ hostname: "b" })]).toEqual([0, []]);
  });
});
