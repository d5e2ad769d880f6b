// Why an app waits, as lines for people.
import type { WhyView } from "../src/scheduler/core/why.ts";

export function whyText({ summary, waiting, agents, help }: WhyView): string {
  return [
    summary,
    ...waiting.map(({ instance, reason }) => `  ${instance} ${reason}`),
    ...agents.map(({ agent, attributes, reasons }) => `agent ${agent}${described(attributes)}: ${reasons.join("; ")}`),
    ...(help.length === 0 ? [] : ["What would help:", ...help.map((one) => `  ${one}`)]),
  ].join("\n");
}

function described(attributes: Record<string, string>): string {
  const parts = Object.entries(attributes).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
