// Synthesizes plans and reads back what Terraform would read.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, vi } from "vitest";
import type { ClusterPlan } from "../../src/cluster/plan-types.ts";
import { synthesize } from "../../stacks/synthesize.ts";

export type Resource = Record<string, unknown>;

/** A `cdk.tf.json`, short of its comments. */
export interface Synthesized {
  terraform: { backend: Record<string, Resource>; required_providers: Record<string, Resource> };
  provider: Record<string, Resource[]>;
  /** By type and by name. */
  resource: Record<string, Record<string, Resource>>;
  output: Record<string, { value: unknown }>;
}

// Loading CDK for Terraform takes long where much else is going on.
vi.setConfig({ testTimeout: 120_000 });

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** Goes through the file, as Terraform does. */
export async function synthesized(plan: ClusterPlan, host?: string): Promise<Synthesized> {
  const directory = mkdtempSync(join(tmpdir(), "mesos-up-stacks-"));
  made.push(directory);
  const folder = await synthesize(plan, { directory, host });
  return JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8"), withoutComments) as Synthesized;
}

/**
 * The value that an attribute has for Terraform, without its expressions: a reference to a resource's name becomes that
 * name, `image_id` the image's key, and what was written so as not to be an expression what was meant.
 */
export function valueOf(attribute: unknown, { resource }: Synthesized): unknown {
  if (Array.isArray(attribute)) return attribute.map((item) => valueOf(item, { resource } as Synthesized));
  if (typeof attribute !== "string") return attribute;
  const reference = /^\$\{(docker_\w+)\.([\w-]+)\.(\w+)\}$/.exec(attribute);
  if (reference === null) {
    if (/(?<!\$)\$\{|(?<!%)%\{/.test(attribute)) throw new Error(`An expression: ${attribute}`);
    return attribute.replaceAll("$${", "${").replaceAll("%%{", "%{");
  }
  const [, type = "", name = "", key = ""] = reference;
  const found = resource[type]?.[name];
  if (found === undefined) throw new Error(`A reference to nothing: ${attribute}`);
  return key === "image_id" ? name : found[key];
}

function withoutComments(key: string, value: unknown): unknown {
  return key === "//" ? undefined : value;
}
