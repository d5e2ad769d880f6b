import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { renderDiagnosis } from "../../src/doctor/render-diagnosis.ts";
import { healthyFacts } from "./support.ts";

const lines = (facts = healthyFacts(), options = {}) => renderDiagnosis(diagnose(facts), options).split("\n");

describe("a diagnosis for people", () => {
  it("says of a cluster that is well that it is, and a line for each layer", () => {
    const [first, , ...layers] = lines();
    expect(first).toBe("All is well.");
    expect(layers.every((line) => line.startsWith("✓ "))).toBe(true);
  });

  it("names the root cause first, in one sentence, with the command that helps", () => {
    const facts = healthyFacts();
    for (const node of facts.nodes) if (node.name === "agent-1") node.state = "dead";
    const said = lines(facts);
    expect(said.slice(0, 2)).toEqual(["Root cause (AG001): agent-1 has ended.", "Run: npx mesos-up up --name demo"]);
    expect(said).toContain("  ✗ AG001 agent-1 has ended");
  });

  it("names what a finding is about before a sentence with a subject of its own", () => {
    const facts = { ...healthyFacts(), clocks: [{ name: "master-1", skewMs: 60_000 }] };
    expect(lines(facts)[0]).toBe("Worth a look (MC005): master-1: its clock is 60 s ahead.");
  });

  it("shows all that was looked at where it is asked to", () => {
    expect(lines(healthyFacts(), { verbose: true })).toContain("  ✓ MS003 master-1 leads");
  });
});

it("leaves out of the evidence what the program was asked", () => {
  const facts = healthyFacts();
  const asked = "I1121 16:48:39.734896 21839 http.cpp:1436] HTTP GET for /master/flags from 127.0.0.1:58636";
  for (const node of facts.nodes)
    if (node.name === "agent-1")
      Object.assign(node, { state: "dead", logTail: `Received signal SIGTERM from process 7\n${asked}\n` });
  const { rootCause } = diagnose(facts);
  expect(rootCause?.result).toContain("somebody told it to");
  expect(rootCause?.evidence).not.toContain(asked);
});
