// What earlier runs have left behind, and nobody knows any more.
import { basename } from "node:path";
import { ok, unwell, type Check } from "../check.ts";
import type { ClaimFacts } from "../facts.ts";
import { byDoctor, byHand } from "../remedies.ts";

export const leftoverChecks: Check[] = [
  {
    id: "LO001",
    layer: "leftovers",
    title: "Every container and executor that runs for the cluster is known to an agent",
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
  {
    id: "LO002",
    layer: "leftovers",
    title: "No lock is left of a run that has ended, and nobody who is stopped holds one",
    run(facts) {
      const { claims, plan } = facts;
      if (plan === undefined) return [];
      const unwells = claims.filter(({ state }) => state !== "at work");
      if (unwells.length === 0) return [ok(claims.length === 0 ? "none" : claims.map(atWork).join("; "))];
      return unwells.map(({ file, holder, state, pid }) => {
        const subject = basename(file);
        if (state === "ended") {
          const remedy = byDoctor(facts, { kind: "clear", target: file, losesTasks: false });
          return unwell("warning", `is the lock of ${holder}, which has ended`, { subject, evidence: [file], remedy });
        }
        return unwell("failed", `is held by ${holder}, which is stopped by a signal: others wait for it`, {
          subject,
          evidence: [file, `/proc/${pid}/stat: state T (stopped)`],
          remedy: byHand(`Have it go on (kill -CONT ${pid}), or end it (kill -KILL ${pid})`),
        });
      });
    },
  },
];

function atWork({ file, holder }: ClaimFacts): string {
  return `${holder} has ${basename(file)}`;
}
