// Offers as tests want them.
import type { Attribute, Offer, Range, Resource } from "../../src/mesos/types.ts";

interface OfferOptions {
  id?: string;
  agent?: string;
  cpus?: number;
  mem?: number;
  disk?: number;
  ports?: Range[];
  attributes?: Record<string, string>;
  hostname?: string;
  resources?: Resource[];
}

export function offer(options: OfferOptions = {}): Offer {
  const {
    id = "o1",
    agent = "a1",
    cpus = 4,
    mem = 4096,
    disk = 10_000,
    ports = [{ begin: 9000, end: 10_000 }],
  } = options;
  const attributes = Object.entries(options.attributes ?? { rack: "r2d2", pod: "demo,dev" });
  return {
    id: { value: id },
    framework_id: { value: "f1" },
    agent_id: { value: agent },
    hostname: options.hostname ?? agent,
    url: { scheme: "http", address: { hostname: agent, ip: "127.0.0.1", port: 5051 }, path: "/slave(1)" },
    resources: options.resources ?? [
      { name: "ports", type: "RANGES", ranges: { range: ports }, ...allocated },
      { name: "cpus", type: "SCALAR", scalar: { value: cpus }, ...allocated },
      { name: "mem", type: "SCALAR", scalar: { value: mem }, ...allocated },
      { name: "disk", type: "SCALAR", scalar: { value: disk }, ...allocated },
    ],
    attributes: attributes.map(([name, value]): Attribute => ({ name, type: "TEXT", text: { value } })),
  };
}

const allocated = { role: "*", allocation_info: { role: "*" } };
