// Where a master or an agent is reached from outside, out of what it says of itself.

/**
 * The IP address it is bound to, since a name may mean nothing here; but if its hostname is an address too, somebody gave
 * it that one for others to use: a container with published ports has one address inside and another outside.
 */
export function reachableHost(ip: string | undefined, hostname: string | undefined): string | undefined {
  return hostname !== undefined && /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) ? hostname : (ip ?? hostname);
}
