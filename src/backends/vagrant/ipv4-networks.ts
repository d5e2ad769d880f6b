// Networks of IPv4 addresses: read, and held against one another.

export interface Ipv4Network {
  /** As in 192.168.33.0/24. */
  text: string;
  first: number;
  last: number;
  prefix: number;
}

/** The network of an address with its prefix, as in 192.168.33.10/24; undefined for anything else. */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const [address = "", length = ""] = text.split("/");
  const number = addressNumber(address);
  const prefix = Number(length);
  if (number === undefined || !/^\d+$/.test(length) || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(number / size) * size;
  return { text: `${addressText(first)}/${prefix}`, first, last: first + size - 1, prefix };
}

export function overlap(one: Ipv4Network, other: Ipv4Network): boolean {
  return one.first <= other.last && other.first <= one.last;
}

export function containsAddress(network: Ipv4Network, address: string): boolean {
  const number = addressNumber(address);
  return number !== undefined && network.first <= number && number <= network.last;
}

function addressNumber(text: string): number | undefined {
  const parts = text.split(".");
  const bytes = parts.map(Number);
  const sound = parts.length === 4 && parts.every((part, i) => /^\d{1,3}$/.test(part) && (bytes[i] ?? 256) <= 255);
  return sound ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
