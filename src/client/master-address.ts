// How users name a cluster: `zk://host:port,host:port/path`, a list of masters, or one master's URL.
import { ConfigError } from "../errors.ts";

export interface ZooKeeperAddress {
  kind: "zookeeper";
  /** host:port,host:port as ZooKeeper's clients take it. */
  connect: string;
  /** Absolute, without a trailing slash: "/mesos". */
  path: string;
  credentials?: { user: string; password: string };
}

export type MasterAddress =
  | ZooKeeperAddress
  | {
      kind: "masters";
      /** At least one; http://host:port without a trailing slash. */
      urls: string[];
    };

const ZOOKEEPER_PORT = 2181;
const MASTER_PORT = 5050;

/**
 * Reads an address. Ports may be left out: ZooKeeper's is 2181, a master's 5050.
 * @throws ConfigError
 */
export function parseMasterAddress(text: string | readonly string[]): MasterAddress {
  const parts = typeof text === "string" ? [text] : text;
  const [first] = parts;
  if (parts.length === 1 && first?.startsWith("zk://")) return parseZooKeeper(first);
  const urls = parts.flatMap((part) => part.split(",")).map(masterUrl);
  if (urls.length === 0) throw invalid(parts.join(","));
  return { kind: "masters", urls };
}

function parseZooKeeper(text: string): MasterAddress {
  const match = /^zk:\/\/(?:([^:@/]+):([^@/]*)@)?([^/]+)(\/.*)?$/.exec(text);
  const hosts = match?.[3]?.split(",").map((host) => hostAndPort(host, ZOOKEEPER_PORT));
  if (match === null || hosts === undefined || hosts.includes(undefined)) throw invalid(text);
  const path = (match[4] ?? "/").replace(/\/+$/, "");
  const credentials = match[1] === undefined ? {} : { credentials: { user: match[1], password: match[2] ?? "" } };
  return { kind: "zookeeper", connect: hosts.join(","), path: path === "" ? "/" : path, ...credentials };
}

function masterUrl(text: string): string {
  const written = text.trim();
  if (/^https?:\/\//.test(written) && URL.canParse(written)) return new URL(written).origin;
  const host = hostAndPort(written, MASTER_PORT);
  if (host === undefined) throw invalid(text);
  return `http://${host}`;
}

function hostAndPort(text: string, defaultPort: number): string | undefined {
  const match = /^(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  return port >= 1 && port <= 65_535 ? `${match[1]}:${port}` : undefined;
}

function invalid(text: string): ConfigError {
  return new ConfigError(`"${text}" does not name a Mesos cluster.`, {
    code: "MASTER_ADDRESS_INVALID",
    hint: "Write zk://host:port,host:port/path, or host:port of one or more masters separated by commas.",
  });
}
