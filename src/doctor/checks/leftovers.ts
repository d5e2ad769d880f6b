// What earlier runs have left behind, and nobody knows any more.
import { ok, unwell, type Check } from "../check.ts";
import { byDoctor } from "../remedies.ts";

export const leftoverChecks: Check[] = [
  {
    id: "LO001",
    layer: "leftovers",
    title: "Every container that runs for the cluster is known to an agent",
    run(facts) {
      const { strayContainers: strays } = facts;
      if (strays === undefined) return [];
      if (strays.length === 0) return [ok("none is unknown")];
      return strays.map((name) =>
        unwell("warning", "runs, and no agent knows it", {
          subject: name,
          evidence: ["the agents' /containers: not among them"],
          remedy: byDoctor(facts, { kind: "sweep", target: name, losesTasks: false }),
        }),
      );
    },
  },
];
