// The schema of app files. Descriptions end up in docs/app.schema.json, where editors show them.
import { z } from "zod";
import { parseUserDurationMs } from "../mesos/duration.ts";
import { APP_DEFAULTS, CONSTRAINT_OPERATORS, DEFAULT_VERIFY } from "./app-spec.ts";
import type { AppSpec } from "./app-spec.ts";

const port = z.int().min(1).max(65_535);
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.record(z.string(), scalar);

const duration = z.string().refine(isDuration, { error: "must be a number and a unit, as in 30secs or 2mins" });

const portObject = z.strictObject({
  container: port.optional().describe("What it listens on in a network of its own. Default: the same as on the host."),
  host: z
    .union([port, z.literal("any")])
    .default("any")
    .describe("A port of the agent that it must be, or any that is offered."),
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "must be a name that an environment variable could end with" })
    .optional()
    .describe("The host port is also in the variable PORT_ and this name in upper case."),
});

const ports = z
  .array(z.union([port.transform((container) => portObject.parse({ container })), portObject]))
  .default(APP_DEFAULTS.ports)
  .describe("A number is short for a container's port, on any host port. Their host ports are in $PORT0, $PORT1, ….");

const uriObject = z.strictObject({
  value: z.string().min(1).describe("http://, https://, file:// or a path on the agent."),
  extract: z.boolean().default(true).describe("Unpack it if it is an archive."),
  executable: z.boolean().default(false),
  cache: z.boolean().default(false),
  output_file: z.string().min(1).optional().describe("Its name in the sandbox. Default: the last part of the address."),
});

const uris = z
  .array(z.union([z.string().transform((value) => uriObject.parse({ value })), uriObject]))
  .default(APP_DEFAULTS.uris)
  .describe("Fetched into the sandbox before the task starts.");

const volume = z.strictObject({
  container_path: z.string().min(1),
  host_path: z.string().min(1),
  mode: z.enum(["RW", "RO"]).default("RW"),
});

const docker = z.strictObject({
  privileged: z.boolean().default(false),
  force_pull: z.boolean().default(false).describe("Ask the registry even if the image is there."),
  parameters: z
    .array(z.strictObject({ key: z.string().min(1), value: scalar }))
    .default([])
    .describe("Further options of docker run, by name without dashes."),
});

const constraint = z
  .tuple([z.string().min(1), z.enum(CONSTRAINT_OPERATORS), z.union([scalar, z.array(scalar).min(1)]).optional()])
  .superRefine(([, operator, value], context) => {
    const problem = constraintProblem(operator, value);
    if (problem !== undefined) context.addIssue({ code: "custom", path: [2], message: problem, input: value });
  });

const whichPort = z.int().min(0).default(0).describe("Which of the ports: its place in the list, from 0.");

const health = z
  .strictObject({
    http: z
      .strictObject({
        port: whichPort,
        path: z.string().regex(/^\//, { error: 'must begin with "/"' }).default("/"),
        scheme: z.enum(["http", "https"]).default("http"),
        statuses: z.array(z.int().min(100).max(599)).default([]).describe("Default: 200 to 399."),
      })
      .optional(),
    tcp: z.strictObject({ port: whichPort }).optional(),
    command: z.string().min(1).optional().describe("For a shell; healthy while it ends with 0."),
    delay: duration.default("0secs").describe("Before the first check."),
    interval: duration.default("10secs"),
    timeout: duration.default("20secs"),
    grace_period: duration.default("10secs").describe("From the start of the task, in which failures do not count."),
    max_failures: z.int().min(1).default(3).describe("In a row, until the task is killed."),
  })
  .refine(({ http, tcp, command }) => [http, tcp, command].filter((one) => one !== undefined).length === 1, {
    error: "must have one of http, tcp and command",
  });

const restart = z.strictObject({
  policy: z
    .enum(["always", "on-failure", "never"])
    .default(APP_DEFAULTS.restart.policy)
    .describe("Which ends of a task call for another one."),
  backoff: duration.default(APP_DEFAULTS.restart.backoff).describe("The wait after the first failure; it doubles."),
  max_backoff: duration.default(APP_DEFAULTS.restart.max_backoff).describe("The longest wait."),
  give_up: z
    .strictObject({
      failures: z.int().min(0).default(APP_DEFAULTS.restart.give_up.failures).describe("0: never."),
      within: duration.default(APP_DEFAULTS.restart.give_up.within),
    })
    .prefault({})
    .describe("After that many failures within that time there is no further task."),
});

const unreachable = z.strictObject({
  replace_after: z
    .union([z.literal("never"), duration])
    .default(APP_DEFAULTS.unreachable.replace_after)
    .describe('How long a task may be out of sight before another one takes its place; "never": it is waited for.'),
});

const update = z.strictObject({
  batch: z.int().min(1).default(APP_DEFAULTS.update.batch).describe("Instances replaced at the same time."),
  max_unavailable: z
    .int()
    .min(1)
    .default(APP_DEFAULTS.update.max_unavailable)
    .describe("Instances that may be missing meanwhile."),
  max_failures: z
    .int()
    .min(0)
    .default(APP_DEFAULTS.update.max_failures)
    .describe("Failures of the new version after which the old one comes back; 0: it never does."),
});

const secrets = z
  .record(z.string(), z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "must be the name of a variable" }))
  .default(APP_DEFAULTS.secrets)
  .describe("Environment variables whose values come from the scheduler's environment: name → name there.");

const verify = z.strictObject({
  port: z.int().min(0).default(DEFAULT_VERIFY.port).describe("Which of the ports: its place in the list, from 0."),
  path: z.string().regex(/^\//, { error: 'must begin with "/"' }).default(DEFAULT_VERIFY.path),
  status: z.int().min(100).max(599).default(DEFAULT_VERIFY.status),
  headers: texts.default(DEFAULT_VERIFY.headers).describe("Each must be there and contain its value."),
  body_contains: z.string().min(1).optional(),
  timeout: duration.default(DEFAULT_VERIFY.timeout).describe("From the moment at which the task runs."),
});

export const appSchema: z.ZodType<AppSpec> = z
  .strictObject({
    $schema: z.string().optional().describe("Where this schema is found, for editors."),
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, {
        error: "must be lower-case letters, digits, and dots and dashes between them, 63 characters at most",
      })
      .describe("Names the framework and its task."),
    image: z
      .string()
      .min(1)
      .optional()
      .describe("A container image. Without one, the command runs on the agent itself."),
    command: z
      .union([z.string().min(1), z.array(z.string()).min(1)])
      .optional()
      .describe("Text is for a shell, a list is a program and its arguments. Default: what the image says."),
    containerizer: z.enum(["docker", "mesos"]).default(APP_DEFAULTS.containerizer).describe("What runs the image."),
    instances: z.int().min(0).max(10_000).default(APP_DEFAULTS.instances).describe("How many of it are to run."),
    cpus: z.number().min(0.01).default(APP_DEFAULTS.cpus),
    mem: z.number().min(4).default(APP_DEFAULTS.mem).describe("Megabytes."),
    disk: z.number().min(0).default(APP_DEFAULTS.disk).describe("Megabytes."),
    gpus: z.int().min(0).default(APP_DEFAULTS.gpus),
    ports,
    network: z
      .enum(["bridge", "host"])
      .optional()
      .describe(
        "bridge: a network of its own, reached through host ports. host: the agent's, where the app must listen on " +
          "$PORT0. Default: bridge for an image run by docker, else host.",
      ),
    env: texts.default(APP_DEFAULTS.env).describe("Environment variables."),
    secrets,
    labels: texts.default(APP_DEFAULTS.labels),
    uris,
    site: z
      .string()
      .min(1)
      .optional()
      .describe("A folder of this machine that ends up in the sandbox as site; without a command, nginx serves it."),
    constraints: z
      .array(constraint)
      .default(APP_DEFAULTS.constraints)
      .describe(
        'Of attributes of the agent or its hostname: [["rack", "EQUALS", "r2d2"], ["hostname", "LIKE", "web.*"]].',
      ),
    role: z.string().min(1).default(APP_DEFAULTS.role).describe("Whose offers are taken."),
    user: z.string().min(1).optional().describe("Whom the task runs as. Default: the framework's user."),
    volumes: z.array(volume).default(APP_DEFAULTS.volumes),
    docker: docker.prefault({}),
    kill_grace_period: duration.optional().describe("Between TERM and KILL. Default: the agent's own."),
    health: health.optional().describe("What the executor asks of the task for as long as it runs."),
    restart: restart.prefault({}),
    unreachable: unreachable.prefault({}),
    update: update.prefault({}).describe("How another version of the app takes the place of the one that runs."),
    verify: verify.optional().describe("What must come over HTTP before the app counts as working."),
  })
  .transform(({ $schema: _, network, ...app }) => {
    const bridged = app.image !== undefined && app.containerizer === "docker";
    return { ...app, network: network ?? (bridged ? "bridge" : "host") };
  });

function isDuration(text: string): boolean {
  try {
    return parseUserDurationMs(text) >= 0;
  } catch {
    return false;
  }
}

function constraintProblem(operator: string, value: string | string[] | undefined): string | undefined {
  if (operator === "UNIQUE") return value === undefined ? undefined : "must not be there for UNIQUE";
  if (operator === "GROUP_BY" && value === undefined) return undefined;
  if (operator === "GROUP_BY" || operator === "MAX_PER") {
    return Number(value) >= 1 && Number.isInteger(Number(value)) ? undefined : `must be a whole number for ${operator}`;
  }
  if (value === undefined) return `must be there for ${operator}`;
  if (operator !== "IN" && Array.isArray(value)) return `must be one value for ${operator}`;
  if (operator !== "LIKE" && operator !== "UNLIKE") return undefined;
  try {
    new RegExp(String(value));
    return undefined;
  } catch (error) {
    return `must be a regular expression, but: ${(error as Error).message}`;
  }
}
