// Where agents reach this machine, to fetch what it serves.
import { once } from "node:events";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";

/** Of the addresses that are kept for documentation (RFC 5737): the way there is the way to anywhere. */
const ANYWHERE = "192.0.2.1";

/** Undefined where agents are on this machine itself, and where none of its addresses leads there. */
export async function contentAddressOf({ docker, vagrant, agents }: ClusterPlan): Promise<string | undefined> {
  if (docker?.form === "host") return docker.network.gateway;
  if (docker !== undefined) return await addressTowards(new URL(agents[0] ?? "").hostname);
  const machine = vagrant?.machines[0]?.address;
  return machine?.replace(/\d+$/, "1");
}

/** This machine's own address on the way to another; in a network of its own, a container reaches it by that, too. Nothing is sent. */
async function addressTowards(machine: string): Promise<string | undefined> {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket("udp4");
  try {
    socket.connect(9, machine.startsWith("127.") ? ANYWHERE : machine);
    await once(socket, "connect");
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
