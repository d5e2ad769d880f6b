// An agent's attributes and resources in the two forms that a cluster file takes, text and map, made into one text each.
import { ConfigError } from "../errors.ts";
import type { Resource } from "../mesos/types.ts";
import { parseAttributes } from "./attributes.ts";
import { parseResources, printResources } from "./resources-text.ts";

/** The text of --attributes. @throws ConfigError for what a real agent aborts at, or what is surely a slip. */
export function attributesText(written: string | Record<string, string | number | boolean>): string {
  const text = typeof written === "string" ? written.trim() : mapText(written);
  for (const { name } of parseAttributes(text)) {
    if (/\s/.test(name)) throw problem(`the attribute name ${JSON.stringify(name)} has a space in it`);
  }
  return text;
}

export interface ResourceMap {
  cpus?: number | undefined;
  /** Megabytes, as `disk`. */
  mem?: number | undefined;
  disk?: number | undefined;
  gpus?: number | undefined;
  /** `9000-10000` or `[9000-9010,9020-9030]`. */
  ports?: string | undefined;
}

/** What is written of --resources as one text; the plan adds what that leaves out. @throws ConfigError in Mesos's words. */
export function resourcesText(written: string | ResourceMap): string {
  const resources = parseResources(typeof written === "string" ? written : resourceMapText(written));
  for (const resource of resources) refuseOddPorts(resource);
  return printResources(resources);
}

function mapText(map: Record<string, string | number | boolean>): string {
  return Object.entries(map)
    .map(([name, value]) => {
      if (/[:;\n]/.test(name)) throw problem(`the attribute name ${JSON.stringify(name)} must not hold ":" or ";"`);
      if (/[;\n]/.test(String(value))) throw problem(`the value of the attribute ${name} must not hold ";"`);
      return `${name}:${value}`;
    })
    .join(";");
}

function resourceMapText({ ports, ...scalars }: ResourceMap): string {
  const texts = Object.entries(scalars).map(([name, value]) => `${name}:${value}`);
  if (ports !== undefined) texts.push(`ports:${ports.trim().startsWith("[") ? ports : `[${ports}]`}`);
  return texts.join(";");
}

function refuseOddPorts(resource: Resource): void {
  if (resource.name !== "ports") return;
  const ranges = resource.ranges?.range ?? [];
  if (resource.type !== "RANGES" || ranges.length === 0) throw problem("ports must be ranges such as [9000-10000]");
  const odd = ranges.find(({ begin, end }) => begin < 1 || end > 65_535);
  if (odd) throw problem(`ports ${odd.begin}-${odd.end} are not all between 1 and 65535`);
}

function problem(message: string): ConfigError {
  return new ConfigError(message, { code: "AGENT_VALUE_INVALID" });
}
