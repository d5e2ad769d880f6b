// The zk:// URLs of --zk and --master: zk://[user:password@]host:port,host:port/path
import { MesosUpError } from "../../errors.ts";

export interface ZooKeeperUrl {
  /** host:port,host:port */
  servers: string;
  /** Absolute, without a slash at its end; "/" is the root. */
  path: string;
  /** user:password, for ZooKeeper's digest scheme. */
  credentials?: string;
}

/** @throws MesosUpError in the words of Mesos. */
export function parseZooKeeperUrl(url: string): ZooKeeperUrl {
  const match = /^zk:\/\/(?:(?<credentials>[^@/]+)@)?(?<servers>[^/@]+)(?<path>\/.*)?$/.exec(url.trim());
  const { servers, path, credentials } = match?.groups ?? {};
  if (servers === undefined) {
    throw new MesosUpError(`Error parsing ZooKeeper URL: Expecting 'zk://' at the beginning of the URL`, {
      code: "ZOOKEEPER_URL_INVALID",
      hint: "Write zk://host:port,host:port/path.",
    });
  }
  return {
    servers,
    path: path === undefined ? "/" : path.replace(/(?<=.)\/+$/, ""),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** A child of a node: `joinNode("/", "a")` is "/a". */
export const joinNode = (parent: string, name: string): string => (parent === "/" ? `/${name}` : `${parent}/${name}`);
