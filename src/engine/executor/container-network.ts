// The network of a container: the host's, none, or one of its own that is reached on the host ports of its port mappings.
import { networkInterfaces } from "node:os";
import type { NetConnectOpts } from "node:net";
import type { PortMapping, TaskInfo } from "../../mesos/types.ts";
import type { ExecutorAssignment, RuncRuntime } from "../containerizer/assignment.ts";
import { portMappingsOf } from "../containerizer/ports.ts";
import { findProgram } from "../containerizer/find-program.ts";
import { connectByHelper } from "./network-helper.ts";
import { connectBySlirp } from "./network-slirp.ts";
import { connectByVeth } from "./network-veth.ts";
import type { Connection } from "./network-connection.ts";
import { openProxy, type Proxy } from "./tcp-proxy.ts";
import type { SandboxOutput } from "./sandbox-output.ts";

export interface ContainerNetwork {
  readonly ownNamespace: boolean;
  /** The container's own address, where it has one that the host can reach; known once connected. */
  readonly address: string | undefined;
  /** Takes the host's ports. @throws if one cannot be had. */
  open: () => Promise<void>;
  /** Connects the network namespace of a process. */
  connect: (pid: number) => Promise<void>;
  /** Where a port of the container is reached from here, as far as that is known without a mapping. */
  reach: (port: number) => { host: string; port: number } | undefined;
  close: () => Promise<void>;
}

export interface NetworkOptions {
  task: TaskInfo;
  assignment: ExecutorAssignment & { runtime: RuncRuntime };
  env: NodeJS.ProcessEnv;
  output: SandboxOutput;
  /** The executor program, to be started once more as a helper. */
  ownProgram: string[];
}

export function networkFor(options: NetworkOptions): ContainerNetwork {
  const { container } = options.task;
  const kind = container?.type === "DOCKER" ? (container.docker?.network ?? "HOST") : "HOST";
  if (kind === "HOST") return sharedNetwork;
  return new OwnNetwork(options, kind === "NONE" ? [] : portMappingsOf(container), kind !== "NONE");
}

const sharedNetwork: ContainerNetwork = {
  ownNamespace: false,
  address: undefined,
  open: () => Promise.resolve(),
  connect: () => Promise.resolve(),
  reach: (port) => ({ host: "127.0.0.1", port }),
  close: () => Promise.resolve(),
};

class OwnNetwork implements ContainerNetwork {
  readonly ownNamespace = true;
  readonly #options: NetworkOptions;
  readonly #mappings: PortMapping[];
  readonly #connected: boolean;
  readonly #connection: PromiseWithResolvers<Connection>;
  #proxies: Proxy[] = [];
  #current: Connection | undefined;

  constructor(options: NetworkOptions, mappings: PortMapping[], connected: boolean) {
    this.#options = options;
    this.#mappings = mappings;
    this.#connected = connected;
    this.#connection = withResolvers<Connection>();
    this.#connection.promise.catch(() => {}); // Nobody may have asked for a port yet.
  }

  get address(): string | undefined {
    return this.#current?.address;
  }

  async open(): Promise<void> {
    const { ip } = this.#options.assignment.agent;
    for (const mapping of this.#mappings) {
      const target = (): Promise<NetConnectOpts> => this.#connection.promise.then((found) => targetOf(found, mapping));
      if ((mapping.protocol ?? "tcp").toLowerCase() !== "tcp") {
        throw new Error(
          `Failed to publish port ${mapping.host_port}: protocol '${mapping.protocol ?? ""}' is not supported`,
        );
      }
      this.#proxies.push(await openProxy({ ip, port: mapping.host_port }, target));
    }
  }

  async connect(pid: number): Promise<void> {
    if (!this.#connected) return;
    try {
      const connection = await this.#connectBy(pid);
      this.#current = connection;
      if (connection.publish !== undefined) await this.#publish(connection.publish);
      this.#connection.resolve(connection);
    } catch (error) {
      this.#connection.reject(error);
      throw error;
    }
  }

  /** The ports were only kept from others until now. */
  async #publish(publish: (mapping: PortMapping) => Promise<void>): Promise<void> {
    this.#closeProxies();
    await Promise.all(this.#mappings.map(publish));
  }

  /** A veth pair needs root and the `ip` program. slirp4netns is for ordinary users, but needs the tun device. */
  async #connectBy(pid: number): Promise<Connection> {
    const { assignment, env, output, ownProgram } = this.#options;
    const { asRoot, directory, owner } = assignment.runtime;
    const ip = findProgram("ip", env);
    if (asRoot && ip !== undefined) {
      return connectByVeth({ pid, ip, containerId: assignment.containerId, owner, inUse: addressesInUse(), env });
    }
    const common = { pid, directory, ownUserNamespace: !asRoot, env };
    const slirp = findProgram("slirp4netns", env);
    if (slirp !== undefined) {
      try {
        return await connectBySlirp({ ...common, program: slirp, hostIp: assignment.agent.ip });
      } catch (error) {
        output.complain(`${(error as Error).message}: the container can be reached, but reaches nothing outside`);
      }
    }
    if (ip === undefined)
      throw new Error("Failed to connect container: neither ip (iproute2) nor slirp4netns can be run");
    const ports = this.#mappings.map((mapping) => mapping.container_port);
    return connectByHelper({ ...common, ports, program: ownProgram });
  }

  reach(port: number): { host: string; port: number } | undefined {
    return this.#current?.address === undefined ? undefined : { host: this.#current.address, port };
  }

  async close(): Promise<void> {
    this.#closeProxies();
    await this.#current?.close();
  }

  #closeProxies(): void {
    for (const proxy of this.#proxies) proxy.close();
    this.#proxies = [];
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function targetOf(connection: Connection, mapping: PortMapping): NetConnectOpts {
  if (connection.target === undefined) throw new Error(`Port ${mapping.host_port} is not served here`);
  return connection.target(mapping);
}

function addressesInUse(): Set<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)));
}
