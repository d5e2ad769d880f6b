// An agent, asked itself.
import type { HttpClient } from "../../client/http.ts";
import type { AgentSummary } from "../../client/operator.ts";
import { ask, type AskOptions } from "../ask.ts";
import type { AgentFacts, AgentOwnState } from "../facts.ts";
import { metricsOf, versionOf } from "./masters.ts";

export async function agentFacts(
  { name, url }: { name: string; url: string },
  asking: { http: HttpClient; options: AskOptions; onDate: (name: string, skewMs: number) => void },
): Promise<AgentFacts> {
  const { http, options } = asking;
  const [state, metrics] = await Promise.all([
    ask((signal) => http.json<AgentOwnState>({ url: `${url}/state`, signal }), options),
    ask((signal) => metricsOf(url, { http, signal }), options),
    // For its clock alone: the version is in its state.
    ask((signal) => versionOf(name, url, { ...asking, signal }), options),
  ]);
  return { name, url, state, metrics };
}

/** Where agents that a master knows are to be asked: their libprocess address, since names may mean nothing here. */
export function agentsOf(registered: AgentSummary[]): { name: string; url: string }[] {
  return registered.map(({ hostname, port, pid }) => {
    const address = pid.slice(pid.indexOf("@") + 1);
    return { name: `${hostname}:${port}`, url: `http://${address}` };
  });
}
