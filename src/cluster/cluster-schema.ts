// The schema of cluster files. Descriptions end up in docs/cluster.schema.json, where editors show them.
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { attributesText, resourcesText } from "./agent-values.ts";
import { dockerSchema, imagesSchema } from "./docker/docker-schema.ts";
import { flagProblem } from "./flag-problem.ts";
import {
  DEFAULT_ATTRIBUTES,
  DEFAULT_BIND,
  DEFAULT_NAME,
  DEFAULT_SANDBOX_DIRECTORY,
  DEFAULT_ZOOKEEPER_PATH,
  majority,
  MAX_AGENTS,
  NAME_PATTERN,
  NAME_RULE,
} from "./spec.ts";
import { vagrantSchema } from "./vagrant/vagrant-schema.ts";
import type { AgentSpec, ClusterSpec, MastersSpec, ZookeeperSpec } from "./spec.ts";

const name = z.string().regex(NAME_PATTERN, { error: NAME_RULE });
const port = z.int().min(1).max(65_535);
const oneThreeOrFive = z.literal([1, 3, 5]).default(1);

function flags(program: "master" | "agent") {
  return z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .superRefine((given, context) => {
      for (const [flag, value] of Object.entries(given)) {
        const message = flagProblem(program, flag, value);
        if (message !== undefined) context.addIssue({ code: "custom", path: [flag], message, input: value });
      }
    })
    .default({})
    .describe(`Further flags of mesos-${program}, by name without dashes; false stands for --no-name.`);
}

/** A transformation whose ConfigError is a problem of the field it transforms. */
function convertedBy<Written>(convert: (written: Written) => string) {
  return (written: Written, context: z.RefinementCtx): string => {
    try {
      return convert(written);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      context.addIssue({ code: "custom", message: `is not usable: ${error.message}`, input: written });
      return z.NEVER;
    }
  };
}

export const zookeeperSchema: z.ZodType<ZookeeperSpec> = z.strictObject({
  servers: oneThreeOrFive.describe("Number of ZooKeeper servers."),
  port: port.optional().describe("Client port of the first server, the others follow. Default: chosen by the plan."),
  path: z
    .string()
    .regex(/^(\/[A-Za-z0-9_.-]+)+$/, { error: 'must be a path such as "/mesos"' })
    .refine((path) => !/(^|\/)(\.|\.\.)(\/|$)|^\/zookeeper(\/|$)/.test(path), {
      error: 'must be a path such as "/mesos", outside of /zookeeper and without "." or ".."',
    })
    .default(DEFAULT_ZOOKEEPER_PATH)
    .describe("Where masters meet, as in zk://host:port/mesos."),
});

export const mastersSchema: z.ZodType<MastersSpec> = z
  .strictObject({
    count: oneThreeOrFive.describe("Number of masters."),
    port: port.optional().describe("Port of the first master, the others follow. Default: chosen by the plan."),
    quorum: z.int().min(1).optional().describe("Masters that must agree: more than half. Default: the majority."),
    flags: flags("master"),
  })
  .superRefine(({ count, quorum }, context) => {
    if (quorum === undefined || (quorum >= majority(count) && quorum <= count)) return;
    const message = `must be more than half of the ${count} masters and no more than all, but is ${quorum}`;
    context.addIssue({ code: "custom", path: ["quorum"], message, input: quorum });
  })
  .transform((masters) => ({ ...masters, quorum: masters.quorum ?? majority(masters.count) }));

const resourceMap = z.strictObject({
  cpus: z.number().positive().optional(),
  mem: z.number().positive().optional().describe("Megabytes."),
  disk: z.number().positive().optional().describe("Megabytes."),
  gpus: z.int().min(0).optional(),
  ports: z.string().optional().describe("Ports for tasks, as in 9000-10000. Default: chosen by the plan."),
});

export const agentSchema: z.ZodType<AgentSpec> = z.strictObject({
  name: name
    .refine((given) => !/^(zookeeper|master)-\d+$/.test(given), { error: "is a name that ZooKeeper or a master has" })
    .optional()
    .describe("Default: agent-1, agent-2, …; with a count above 1 it is followed by -1, -2, …."),
  count: z.int().min(1).max(MAX_AGENTS).default(1).describe("Number of agents that are like this one."),
  attributes: z
    .union([z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))])
    .transform(convertedBy(attributesText))
    .prefault(DEFAULT_ATTRIBUTES)
    .describe('As Mesos writes them, "rack:r2d2;pod:demo,dev", or as a map.'),
  resources: z
    .union([z.string(), resourceMap])
    .optional()
    .transform(convertedBy((written = "") => resourcesText(written)))
    .describe(
      'As Mesos writes them, "cpus:4;mem:4096", its JSON among it, or as a map. What is left out has a default.',
    ),
  port: port.optional().describe("Port of the first of these agents, the others follow. Default: chosen by the plan."),
  sandbox_directory: z
    .string()
    .regex(/^\/[^\n]*$/, { error: "must be an absolute path" })
    .default(DEFAULT_SANDBOX_DIRECTORY)
    .describe("Where a container finds its sandbox."),
  containerizers: z
    .array(z.enum(["docker", "mesos"]))
    .min(1)
    .refine((list) => new Set(list).size === list.length, { error: "must not name one twice" })
    .default(["docker", "mesos"])
    .describe("In the order in which the agent asks them."),
  flags: flags("agent"),
});

export const clusterSchema: z.ZodType<ClusterSpec> = z
  .strictObject({
    $schema: z.string().optional().describe("Where this schema is found, for editors."),
    name: name
      .default(DEFAULT_NAME)
      .describe("Names the cluster on its machine: two with different names run side by side."),
    backend: z.enum(["local", "docker", "vagrant"]).default("local").describe("Where the cluster runs."),
    engine: z
      .enum(["auto", "embedded", "mesos"])
      .default("auto")
      .describe("auto: the real Mesos where it is installed, else the embedded engine."),
    bind: z
      .ipv4({ error: "must be an IPv4 address" })
      .refine((address) => address !== "0.0.0.0", { error: "must be one address that others reach this machine at" })
      .default(DEFAULT_BIND)
      .describe("IPv4 address that everything listens on."),
    zookeeper: zookeeperSchema.prefault({}),
    masters: mastersSchema.prefault({}),
    agents: z
      .union([z.int().min(1).max(MAX_AGENTS), z.array(agentSchema).min(1)])
      .prefault(1)
      .transform((agents) => (typeof agents === "number" ? [agentSchema.parse({ count: agents })] : agents))
      .describe("A list, or the number of agents where the default will do for each."),
    images: imagesSchema.optional(),
    docker: dockerSchema.optional(),
    vagrant: vagrantSchema.optional(),
  })
  .transform(({ $schema: _, ...spec }) => spec);
