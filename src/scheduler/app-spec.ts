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
  cpus: number;
  /** Megabytes, as are those of `disk`. */
  mem: number;
  disk: number;
  ports: AppPort[];
  /** `bridge`: a network of its own, reached through host ports. `host`: the agent's, where it must listen on $PORT0. */
  network: "bridge" | "host";
  env: Record<string, string>;
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

/** Of an attribute of the agent, or of its `hostname`. LIKE and UNLIKE take a regular expression for the whole value. */
export type Constraint = [attribute: string, operator: ConstraintOperator, value: string | string[]];

export const CONSTRAINT_OPERATORS = ["EQUALS", "IN", "LIKE", "UNLIKE"] as const;
export type ConstraintOperator = (typeof CONSTRAINT_OPERATORS)[number];

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
  cpus: 0.1,
  mem: 64,
  disk: 0,
  ports: [],
  env: {},
  labels: {},
  uris: [],
  constraints: [],
  role: "*",
  volumes: [],
  docker: { privileged: false, force_pull: false, parameters: [] },
} satisfies Partial<AppSpec>;
