// Where the leading master is: found in ZooKeeper, by asking a list of masters, or simply told.
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { HttpClient } from "./http.ts";
import type { LeaderDetector } from "./leader-detector.ts";
import { ListedLeader } from "./listed-leader.ts";
import { parseMasterAddress } from "./master-address.ts";
import { ZooKeeperLeader } from "./zookeeper-leader.ts";

/**
 * A detector for `zk://host:port,host:port/path`, for masters as `host:port,host:port`, or for one URL.
 * @throws ConfigError if the address cannot be read.
 */
export function leaderDetector(
  master: string | readonly string[],
  options: { http: HttpClient; clock?: Clock },
): LeaderDetector {
  const address = parseMasterAddress(master);
  const clock = options.clock ?? systemClock;
  if (address.kind === "zookeeper") return new ZooKeeperLeader(address, clock);
  return new ListedLeader(address.urls, options.http, clock);
}
