// Resources of an agent: the text of its --resources, either `cpus:4;ports(web):[9000-9010]` or a JSON array
// (docs/attributes-resources.md), to and from v1 JSON. Only the texts: sums and differences are in src/mesos/resources.ts.
import { ConfigError } from "../errors.ts";
import type { Resource } from "../mesos/types.ts";
import { commandLineProblem } from "./resource-problem.ts";
import { parseResourcesJson, ResourceJsonError } from "./resources-json.ts";
import { roleProblem } from "./role.ts";
import { parseValue, printValue, ValueTextError } from "./value-text.ts";
import type { MesosValue } from "./value-text.ts";

/**
 * Reads the value of --resources. Every resource gets a `role`, `*` where none is written; scalars are rounded to three
 * decimals. Not read: `file://` values.
 * @throws ConfigError RESOURCES_INVALID for whatever a real agent refuses, in its words.
 */
export function parseResources(text: string): Resource[] {
  const resources = readJson(text) ?? text.split(";").filter(Boolean).map(parseResource);
  const problem = commandLineProblem(resources);
  if (problem !== undefined) throw invalid(problem);
  return resources.map((resource) =>
    resource.scalar ? { ...resource, scalar: { value: toThousandths(resource.scalar.value) } } : resource,
  );
}

/** The text that `parseResources` reads; JSON where a resource says more than the short form can. */
export function printResources(resources: readonly Resource[]): string {
  return resources.every(fitsShortForm) ? resources.map(printResource).join(";") : JSON.stringify(resources);
}

const SHORT_FORM_FIELDS = new Set(["name", "type", "scalar", "ranges", "set", "role"]);

function fitsShortForm(resource: Resource): boolean {
  return Object.keys(resource).every((field) => SHORT_FORM_FIELDS.has(field)) && !/[:;()]/.test(resource.name);
}

function printResource(resource: Resource): string {
  const role = resource.role === undefined || resource.role === "*" ? "" : `(${resource.role})`;
  return `${resource.name}${role}:${printValue(resource as Resource & MesosValue)}`;
}

function readJson(text: string): Resource[] | undefined {
  try {
    return parseResourcesJson(text);
  } catch (error) {
    throw error instanceof ResourceJsonError ? invalid(error.message) : error;
  }
}

function parseResource(token: string): Resource {
  const parts = token.split(":").filter(Boolean);
  const [key, text] = parts;
  if (parts.length !== 2 || key === undefined || text === undefined) {
    throw invalid(`Bad value for resources, missing or extra ':' in ${token}`);
  }
  const open = key.indexOf("(");
  const close = key.indexOf(")");
  if (open >= 0 && close < open) throw invalid(`Bad value for resources, mismatched parentheses in ${token}`);
  const name = (open < 0 ? key : key.slice(0, open)).trim();
  const role = open < 0 ? "*" : key.slice(open + 1, close).trim();
  const problem = roleProblem(role);
  if (problem !== undefined) throw invalid(problem);
  const value = parse(name, text);
  if (value.type === "TEXT") throw invalid(`Bad type for resource ${name} value ${text} type TEXT`);
  return { name, ...value, role };
}

function parse(name: string, text: string): MesosValue {
  try {
    return parseValue(text);
  } catch (error) {
    if (!(error instanceof ValueTextError)) throw error;
    throw invalid(`Failed to parse resource ${name} value ${text} error ${error.message}`);
  }
}

function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function invalid(message: string): ConfigError {
  return new ConfigError(message, {
    code: "RESOURCES_INVALID",
    hint: "Write resources as cpus:4;mem:4096;disk:10000;ports:[9000-10000], or as a JSON array of Mesos's Resource.",
  });
}
