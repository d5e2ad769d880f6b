// `mesos-up up`: brings the cluster up, or mends what is missing of it.
import type { UpResult } from "../src/backends/backend.ts";
import { backendFor } from "./backends.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

export function up(options: CommonOptions & { containers: string; keep?: boolean }): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const backend = await backendFor(spec, options);
    const result = await backend.up(spec, { ...edge, keep: options.keep });
    return {
      json: { ok: true, started: result.started, ...result.endpoints },
      text: upText(result),
    };
  });
}

function upText({ started, endpoints, plan }: UpResult): string {
  const { name, zkUrl, masters, agents } = endpoints;
  const suffix = name === "demo" ? "" : ` --name ${name}`;
  return [
    started.length === 0 ? `Cluster ${name} runs already; nothing was started.` : `Cluster ${name} is ready.`,
    `  ZooKeeper  ${zkUrl}`,
    ...masters.map((url) => `  master     ${url}`),
    ...agents.map((agent) => `  agent      ${agent.url}  ${agent.name}`),
    "Next:",
    `  npx mesos-up run nginx${suffix}    launches nginx on it`,
    `  npx mesos-up status${suffix}       shows it`,
    `  npx mesos-up down${suffix}         removes it`,
    ...hostLines(plan),
  ].join("\n");
}

/** Nobody's /etc/hosts is written; whoever likes names puts them there. */
function hostLines({ vagrant }: UpResult["plan"]): string[] {
  if (vagrant === undefined) return [];
  return ["For /etc/hosts, if you like:", ...vagrant.machines.map(({ address, name }) => `  ${address}  ${name}`)];
}
