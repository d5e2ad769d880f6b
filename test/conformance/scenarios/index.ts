// All scenarios, in the order in which they are played.
import { dockerScenarios } from "./docker.ts";
import { fetcherScenarios } from "./fetcher.ts";
import { httpScenarios } from "./http.ts";
import { offerScenarios } from "./offers.ts";
import { operatorScenarios } from "./operator.ts";
import { refusalScenarios } from "./refusals.ts";
import { sandboxScenarios } from "./sandbox.ts";
import type { Scenario } from "./scenario.ts";
import { subscribeScenarios } from "./subscribe.ts";
import { taskScenarios } from "./tasks.ts";

export const scenarios: Scenario[] = [
  ...httpScenarios,
  ...subscribeScenarios,
  ...offerScenarios,
  ...taskScenarios,
  ...refusalScenarios,
  ...fetcherScenarios,
  ...sandboxScenarios,
  ...dockerScenarios,
  // Last: some answers of the agent have a field only once something has ended on it.
  ...operatorScenarios,
];

/** The scenarios that a comma-separated list names; a name may end in `*`. All of them for an empty list. */
export function selectScenarios(list: string): Scenario[] {
  const names = list.split(",").filter((name) => name !== "");
  const named = (scenario: Scenario) => (name: string) =>
    name.endsWith("*") ? scenario.name.startsWith(name.slice(0, -1)) : scenario.name === name;
  return names.length === 0 ? scenarios : scenarios.filter((scenario) => names.some(named(scenario)));
}
