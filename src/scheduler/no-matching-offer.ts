// The answer to "why is my app waiting?".
import { MesosUpError } from "../errors.ts";
import type { AppSpec } from "./app-spec.ts";
import type { Mismatch } from "./match-offers.ts";

/** Nothing that was offered would do. `mismatches` says why, agent by agent; empty if nothing was offered at all. */
export class NoMatchingOfferError extends MesosUpError {
  readonly mismatches: Mismatch[];

  constructor(app: Pick<AppSpec, "name" | "role">, mismatches: Mismatch[]) {
    const lines = mismatches.map(({ agent, reasons }) => `\n  agent ${agent}: ${reasons.join("; ")}`);
    super(
      lines.length > 0
        ? `No offer fits the app ${app.name}:${lines.join("")}`
        : `No agent offered anything for the app ${app.name} in role ${app.role}.`,
      {
        code: "NO_MATCHING_OFFER",
        hint:
          lines.length > 0
            ? "Change what the app asks for, or give the cluster an agent that has it."
            : "See in the master's state whether agents are active, and which frameworks hold their resources.",
      },
    );
    this.mismatches = mismatches;
  }
}
