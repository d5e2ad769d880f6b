// All scenarios, in the order in which they are played.
import { MesosUpError } from "../../../src/errors.ts";
import { dockerScenarios } from "./docker.ts";
import { fetcherScenarios } from "./fetcher.ts";
import { groupScenarios } from "./groups.ts";
import { httpScenarios } from "./http.ts";
import { maintenanceScenarios } from "./maintenance.ts";
import { offerScenarios } from "./offers.ts";
import { operatorScenarios } from "./operator.ts";
import { refusalScenarios } from "./refusals.ts";
import { sandboxScenarios } from "./sandbox.ts";
import type { Scenario } from "./scenario.ts";
import { sessionScenarios } from "./sessions.ts";
import { subscribeScenarios } from "./subscribe.ts";
import { taskScenarios } from "./tasks.ts";

export const scenarios: Scenario[] = [
  ...httpScenarios,
  ...subscribeScenarios,
  ...offerScenarios,
  ...taskScenarios,
  ...refusalScenarios,
  ...groupScenarios,
  ...sessionScenarios,
  ...maintenanceScenarios,
  ...fetcherScenarios,
  ...sandboxScenarios,
  ...dockerScenarios,
  // Last: some answers of the agent have a field only once something has ended on it.
  ...operatorScenarios,
];

/**
 * The scenarios that a comma-separated list names, in their own order; a name may end in `*`. All of them for an empty list.
 * @throws MesosUpError SCENARIO_UNKNOWN
 */
export function selectScenarios(list: string): Scenario[] {
  const patterns = list.split(",").filter((pattern) => pattern !== "");
  if (patterns.length === 0) return scenarios;
  const unknown = patterns.find((pattern) => !scenarios.some((scenario) => isNamed(scenario, pattern)));
  if (unknown !== undefined) {
    throw new MesosUpError(`No scenario is named ${unknown}.`, {
      code: "SCENARIO_UNKNOWN",
      hint: "--list names them all.",
    });
  }
  return scenarios.filter((scenario) => patterns.some((pattern) => isNamed(scenario, pattern)));
}

function isNamed({ name }: Scenario, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
