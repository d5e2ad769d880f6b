// Which ports of a plan can be had: found out by binding them, as their owners will.
import { createServer } from "node:net";
import type { PlanNode } from "../../../cluster/plan-types.ts";
import { MesosUpError } from "../../../errors.ts";
import { errorCode } from "../../state/state-errors.ts";

export interface NodePort {
  node: string;
  address: string;
  port: number;
}

/** Every port that the nodes will listen on. */
export function portsOf(nodes: PlanNode[]): NodePort[] {
  return nodes.flatMap(({ name, address, port, otherPorts }) =>
    [port, ...otherPorts].map((one) => ({ node: name, address, port: one })),
  );
}

/** Those of `ports` that somebody has already. Throws BIND_REFUSED for an address or port that nobody here may have. */
export async function takenPorts(ports: NodePort[]): Promise<NodePort[]> {
  const taken = await Promise.all(ports.map(isTakenOrRefused));
  return ports.filter((_, index) => taken[index]);
}

async function isTakenOrRefused(wanted: NodePort): Promise<boolean> {
  const failure = await tryToListen(wanted.address, wanted.port);
  if (failure !== undefined && errorCode(failure) !== "EADDRINUSE") throw refused(wanted, failure);
  return failure !== undefined;
}

/** Whether somebody is in the way of a listener there, by trying; false where nobody may listen there anyway. */
export async function isTaken(address: string, port: number): Promise<boolean> {
  return errorCode(await tryToListen(address, port)) === "EADDRINUSE";
}

function tryToListen(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

function refused({ node, address, port }: NodePort, cause: Error): MesosUpError {
  const code = errorCode(cause);
  const reason = code === undefined ? undefined : reasons[code];
  return new MesosUpError(`${node} cannot listen on ${address}:${port}: ${reason?.why ?? cause.message}.`, {
    code: "BIND_REFUSED",
    hint: reason?.hint ?? "Give another address or port in the cluster file.",
    cause,
  });
}

const reasons: Partial<Record<string, { why: string; hint: string }>> = {
  EADDRNOTAVAIL: {
    why: "this machine does not have that address",
    hint: "Give an address of this machine as the cluster's bind address; `ip address` lists them.",
  },
  EACCES: {
    why: "this user may not listen on that port",
    hint: "Give a port from 1024 upwards in the cluster file.",
  },
};
