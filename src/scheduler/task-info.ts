// An app on an offer → the TaskInfo that launches it (mesos.proto, docs/docker-containerizer.md).
import { parseUserDurationMs, toDurationInfo } from "../mesos/duration.ts";
import type {
  CommandInfo,
  CommandUri,
  ContainerInfo,
  HealthCheck,
  Offer,
  Resource,
  TaskInfo,
  Volume,
} from "../mesos/types.ts";
import type { AppSpec, HealthSpec } from "./app-spec.ts";

/** An offer that does, and what is taken of it. */
export interface Match {
  offer: Offer;
  resources: Resource[];
  /** One for each of the app's ports, in their order. */
  hostPorts: number[];
}

interface TaskOptions {
  taskId: string;
  /** Where the agent fetches the app's site from. */
  siteUri?: string | undefined;
  /** Values of the app's secrets by their names. */
  secret?: (name: string) => string | undefined;
}

export function taskInfo(app: AppSpec, match: Match, options: TaskOptions): TaskInfo {
  const container = containerOf(app, match.hostPorts);
  return {
    name: app.name,
    task_id: { value: options.taskId },
    agent_id: match.offer.agent_id,
    resources: match.resources,
    command: commandOf(app, match.hostPorts, options),
    ...(container && { container }),
    ...(app.health && { health_check: healthCheckOf(app, app.health, match.hostPorts) }),
    ...(app.kill_grace_period !== undefined && {
      kill_policy: { grace_period: toDurationInfo(parseUserDurationMs(app.kill_grace_period)) },
    }),
    ...(Object.keys(app.labels).length > 0 && {
      labels: { labels: Object.entries(app.labels).map(([key, value]) => ({ key, value })) },
    }),
    ...(app.ports.length > 0 && { discovery: discoveryOf(app, match.hostPorts) }),
  };
}

function commandOf(app: AppSpec, hostPorts: readonly number[], { siteUri, secret }: TaskOptions): CommandInfo {
  const uris: CommandUri[] = app.uris.map(({ output_file, ...uri }) =>
    output_file === undefined ? uri : { ...uri, output_file },
  );
  if (siteUri !== undefined) uris.unshift({ value: siteUri, extract: true });
  const environment = { ...portVariables(app, hostPorts), ...app.env, ...secretsOf(app, secret) };
  const variables = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return {
    ...invocation(app),
    ...(uris.length > 0 && { uris }),
    ...(variables.length > 0 && { environment: { variables } }),
    ...(app.user !== undefined && { user: app.user }),
  };
}

function secretsOf({ secrets }: AppSpec, secret: TaskOptions["secret"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, from]) => {
      const value = secret?.(from);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Checks are made from within the task's network: there its own port counts, on a bridge that of the container
 * (docs/health-checks.md).
 */
function healthCheckOf(app: AppSpec, health: HealthSpec, hostPorts: readonly number[]): HealthCheck {
  const portOf = (index: number): number => {
    const hostPort = hostPorts[index] ?? 0;
    return app.network === "bridge" ? (app.ports[index]?.container ?? hostPort) : hostPort;
  };
  const seconds = (text: string): number => parseUserDurationMs(text) / 1000;
  const { http, tcp, command } = health;
  return {
    ...(http && {
      type: "HTTP" as const,
      http: {
        port: portOf(http.port),
        path: http.path,
        scheme: http.scheme,
        ...(http.statuses.length > 0 && { statuses: http.statuses }),
      },
    }),
    ...(tcp && { type: "TCP" as const, tcp: { port: portOf(tcp.port) } }),
    ...(command !== undefined && { type: "COMMAND" as const, command: { shell: true, value: command } }),
    delay_seconds: seconds(health.delay),
    interval_seconds: seconds(health.interval),
    timeout_seconds: seconds(health.timeout),
    grace_period_seconds: seconds(health.grace_period),
    consecutive_failures: health.max_failures,
  };
}

function invocation({ command, image, containerizer }: AppSpec): CommandInfo {
  if (command === undefined) return { shell: false };
  if (typeof command === "string") return { shell: true, value: command };
  const [program = "", ...rest] = command;
  // Docker is given the value and then the arguments; the Mesos containerizer executes the value with all arguments,
  // the program's own name being the first.
  const byDocker = image !== undefined && containerizer === "docker";
  return { shell: false, value: program, arguments: byDocker ? rest : command };
}

/** PORT is the first host port, PORT0, PORT1, … are all, PORT_WEB is that of a port named web, PORTS lists them. */
function portVariables(app: AppSpec, hostPorts: readonly number[]): Record<string, string> {
  const [first] = hostPorts;
  if (first === undefined) return {};
  const numbered = hostPorts.map((port, i): [string, string] => [`PORT${i}`, String(port)]);
  const named = app.ports.flatMap(({ name }, i): [string, string][] =>
    name === undefined ? [] : [[`PORT_${name.toUpperCase()}`, String(hostPorts[i])]],
  );
  return { PORT: String(first), PORTS: hostPorts.join(","), ...Object.fromEntries([...numbered, ...named]) };
}

function containerOf(app: AppSpec, hostPorts: readonly number[]): ContainerInfo | undefined {
  const volumes: { volumes?: Volume[] } =
    app.volumes.length > 0 ? { volumes: app.volumes.map((volume) => ({ ...volume })) } : {};
  if (app.image === undefined) return app.volumes.length === 0 ? undefined : { type: "MESOS", ...volumes };
  if (app.containerizer === "mesos") {
    return { type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: app.image } } }, ...volumes };
  }
  const { privileged, force_pull, parameters } = app.docker;
  const mappings = app.ports.map(({ container, protocol }, i) => {
    const hostPort = hostPorts[i] ?? 0;
    return { host_port: hostPort, container_port: container ?? hostPort, protocol };
  });
  const bridged = app.network === "bridge";
  return {
    type: "DOCKER",
    docker: {
      image: app.image,
      network: bridged ? "BRIDGE" : "HOST",
      ...(bridged && mappings.length > 0 && { port_mappings: mappings }),
      ...(privileged && { privileged }),
      ...(force_pull && { force_pull_image: force_pull }),
      ...(parameters.length > 0 && { parameters }),
    },
    ...volumes,
  };
}

/** For those who look tasks up in a master's state, as Mesos-DNS does. */
function discoveryOf(app: AppSpec, hostPorts: readonly number[]): unknown {
  const ports = app.ports.map(({ name, protocol }, i) => ({
    number: hostPorts[i],
    protocol,
    ...(name !== undefined && { name }),
  }));
  return { visibility: "CLUSTER", name: app.name, ports: { ports } };
}
