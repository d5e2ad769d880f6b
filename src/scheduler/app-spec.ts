// What an app is, as checked and completed from an app file (docs/app-file.md): field by field the file's own names. The
// schema that makes it is in app-schema.ts, apart, so that the demo's nginx needs no parser to be had.

export interface AppSpec {
  /** Lower-case letters, digits, dots and dashes, 63 at most. */
  name: string;
  /** A container image, as docker or the image store knows it. Without one, `command` runs on the agent itself. */
  image?: string | undefined;
  /** Text is for a shell, a list is a program and its arguments; absent: what the image says. */
  command?: string | string[] | undefined;
  /** What runs the image. */
  containerizer: "docker" | "mesos";
  /** How many of it are to run. */
  instances: number;
  cpus: number;
  /** Megabytes, as are those of `disk`. */
  mem: number;
  disk: number;
  gpus: number;
  ports: AppPort[];
  /** `bridge`: a network of its own, reached through host ports. `host`: the agent's, where it must listen on $PORT0. */
  network: "bridge" | "host";
  env: Record<string, string>;
  /** Environment variables whose values are those of variables of the scheduler; only their names are ever stored. */
  secrets: Record<string, string>;
  labels: Record<string, string>;
  /** Fetched into the sandbox before the task starts. */
  uris: AppUri[];
  /** A folder of this machine that ends up in the sandbox as `site`; without a `command`, nginx serves it. */
  site?: string | undefined;
  constraints: Constraint[];
  /** Whose offers are taken. */
  role: string;
  /** Whom the task runs as; absent: the framework's user. */
  user?: string | undefined;
  volumes: AppVolume[];
  docker: DockerOptions;
  /** Between TERM and KILL, as in "5secs"; absent: the agent's own. */
  kill_grace_period?: string | undefined;
  /** What the executor asks of the task for as long as it runs; absent: nothing. */
  health?: HealthSpec | undefined;
  restart: RestartSpec;
  unreachable: UnreachableSpec;
  update: UpdateSpec;
  /** What must come over HTTP before the app counts as working; absent: nothing is asked. */
  verify?: VerifySpec | undefined;
}

export interface AppPort {
  /** What it listens on in a network of its own; absent: the same as on the host. */
  container?: number | undefined;
  /** A port of the agent that it must be, or any that is offered. */
  host: number | "any";
  protocol: "tcp" | "udp";
  name?: string | undefined;
}

export interface AppUri {
  value: string;
  /** Default: archives are unpacked. */
  extract: boolean;
  executable: boolean;
  cache: boolean;
  output_file?: string | undefined;
}

export interface AppVolume {
  container_path: string;
  host_path: string;
  mode: "RW" | "RO";
}

export interface DockerOptions {
  privileged: boolean;
  /** Asks the registry even if the image is there. */
  force_pull: boolean;
  /** Further options of `docker run`, by name without dashes. */
  parameters: { key: string; value: string }[];
}

/**
 * Of an attribute of the agent, or of its `hostname`. LIKE and UNLIKE take a regular expression for the whole value,
 * MAX_PER a number, GROUP_BY at most one (how many values there are), UNIQUE nothing.
 */
export type Constraint = [attribute: string, operator: ConstraintOperator, value?: string | string[] | undefined];

export const CONSTRAINT_OPERATORS = ["EQUALS", "IN", "LIKE", "UNLIKE", "UNIQUE", "GROUP_BY", "MAX_PER"] as const;
export type ConstraintOperator = (typeof CONSTRAINT_OPERATORS)[number];

/** A health check of Mesos's (docs/health-checks.md): one of `http`, `tcp` and `command`. */
export interface HealthSpec {
  http?: { port: number; path: string; scheme: "http" | "https"; statuses: number[] } | undefined;
  /** `port`, here as there: which of `ports`, from 0. */
  tcp?: { port: number } | undefined;
  /** For a shell; healthy while it ends with 0. */
  command?: string | undefined;
  /** Before the first check. */
  delay: string;
  interval: string;
  timeout: string;
  /** In which failures do not count, from the start of the task. */
  grace_period: string;
  /** In a row, until the executor kills the task. */
  max_failures: number;
}

export interface RestartSpec {
  /** Which ends call for another task. A task that its agent took along is replaced in any case but `never`. */
  policy: "always" | "on-failure" | "never";
  /** The wait after the first failure in a row; it doubles up to `max_backoff`, less a random part. */
  backoff: string;
  max_backoff: string;
  /** Fails for good after `failures` within `within`; 0 never does. */
  give_up: { failures: number; within: string };
}

export interface UnreachableSpec {
  /** How long a task may be out of sight before another one takes its place; "never": it is waited for. */
  replace_after: string;
}

export interface UpdateSpec {
  /** Instances that are replaced at the same time. */
  batch: number;
  /** Instances that may be missing meanwhile, counted with those that are missing for other reasons. */
  max_unavailable: number;
  /** Failures of the new version after which the old one comes back; 0: it never does. */
  max_failures: number;
}

export interface VerifySpec {
  /** Which of `ports`: its place in the list, from 0. */
  port: number;
  path: string;
  status: number;
  /** Each must be there and contain its value. */
  headers: Record<string, string>;
  body_contains?: string | undefined;
  /** From the moment at which the task runs. */
  timeout: string;
}

export const DEFAULT_VERIFY: VerifySpec = { port: 0, path: "/", status: 200, headers: {}, timeout: "30secs" };

/** An app of which nothing is special: what an app file that says nothing more comes to. */
export const APP_DEFAULTS = {
  containerizer: "docker",
  instances: 1,
  cpus: 0.1,
  mem: 64,
  disk: 0,
  gpus: 0,
  ports: [],
  env: {},
  secrets: {},
  labels: {},
  uris: [],
  constraints: [],
  role: "*",
  volumes: [],
  docker: { privileged: false, force_pull: false, parameters: [] },
  restart: {
    policy: "on-failure",
    backoff: "1secs",
    max_backoff: "1mins",
    give_up: { failures: 5, within: "10mins" },
  },
  unreachable: { replace_after: "30secs" },
  update: { batch: 1, max_unavailable: 1, max_failures: 2 },
} satisfies Partial<AppSpec>;
