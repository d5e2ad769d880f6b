// Holds resources to the schema that the real provider was recorded with (test/support/terraform-provider), as strictly as
// Terraform does with a file in JSON.
import { readFileSync } from "node:fs";
import type { Resource } from "./synthesized.ts";

interface Block {
  attributes?: Record<string, { type: unknown; required?: boolean; optional?: boolean; computed?: boolean }>;
  block_types?: Record<string, { nesting_mode: string; min_items?: number; max_items?: number; block: Block }>;
}

interface Recording {
  provider_schemas: Record<string, { provider: { block: Block }; resource_schemas: Record<string, { block: Block }> }>;
}

/** Of Terraform's own, which every resource may have. */
const META_ARGUMENTS = new Set(["depends_on", "lifecycle", "provider"]);

const file = new URL("../support/terraform-provider/docker-3.6.2.schema.json", import.meta.url);
const { provider_schemas: schemas } = JSON.parse(readFileSync(file, "utf8")) as Recording;
const schema = schemas["registry.terraform.io/kreuzwerker/docker"]!;

/** What the provider would refuse of a resource, each problem with its path. */
export function problemsOfResource(type: string, resource: Resource): string[] {
  const found = schema.resource_schemas[type];
  return found === undefined ? [`${type} is no resource`] : problemsOf(type, resource, found.block);
}

export function problemsOfProvider(provider: Resource): string[] {
  return problemsOf("provider", provider, schema.provider.block);
}

function problemsOf(path: string, value: Resource, { attributes = {}, block_types: blocks = {} }: Block): string[] {
  const missing = Object.entries(attributes).flatMap(([name, { required }]) =>
    required === true && value[name] === undefined ? [`${path}.${name} is missing`] : [],
  );
  const tooFew = Object.entries(blocks).flatMap(([name, { min_items: least = 0 }]) =>
    asBlocks(value[name]).length < least ? [`${path}.${name} is missing`] : [],
  );
  const wrong = Object.entries(value).flatMap(([name, given]): string[] => {
    const at = `${path}.${name}`;
    if (META_ARGUMENTS.has(name)) return [];
    const block = blocks[name];
    if (block !== undefined) {
      const all = asBlocks(given);
      const tooMany = block.max_items !== undefined && block.max_items > 0 && all.length > block.max_items;
      return [
        ...(tooMany ? [`${at} is there too often`] : []),
        ...all.flatMap((one) => problemsOf(at, one, block.block)),
      ];
    }
    const attribute = attributes[name];
    if (attribute === undefined) return [`${at} is not known`];
    if (attribute.required !== true && attribute.optional !== true) return [`${at} is the provider's to say`];
    return fits(given, attribute.type) ? [] : [`${at} is not of the type ${JSON.stringify(attribute.type)}`];
  });
  return [...missing, ...tooFew, ...wrong];
}

function asBlocks(value: unknown): Resource[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as Resource[];
}

function fits(value: unknown, type: unknown): boolean {
  if (type === "bool") return typeof value === "boolean";
  if (type === "number") return typeof value === "number";
  if (type === "string") return typeof value === "string";
  const [kind, of] = type as [string, unknown];
  if (kind === "map")
    return typeof value === "object" && Object.values(value as object).every((item) => fits(item, of));
  return Array.isArray(value) && value.every((item) => fits(item, of));
}
