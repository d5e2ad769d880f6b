// Host ports of a container in a network of its own: connections are taken here and handed on.
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

export interface Proxy {
  close: () => void;
}

/**
 * Listens at once, so that a taken port is known before the container is started; connections wait until `target` is known.
 * @throws Error in libprocess's words if the port cannot be had.
 */
export async function openProxy(
  at: { ip: string; port: number },
  target: () => Promise<NetConnectOpts>,
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (incoming) => {
    remember(sockets, incoming);
    incoming.on("error", () => {});
    target().then(
      (options) => bridge(sockets, incoming, options),
      () => incoming.destroy(),
    );
  });
  await listening(server, at);
  return {
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function bridge(sockets: Set<Socket>, incoming: Socket, options: NetConnectOpts): void {
  if (incoming.destroyed) return;
  const outgoing = connect({ ...options, allowHalfOpen: true });
  outgoing.setNoDelay(true);
  remember(sockets, outgoing);
  pipeBothWays(incoming, outgoing);
}

/** Joins two sockets that allow half-open connections. */
export function pipeBothWays(incoming: Socket, outgoing: Socket): void {
  // A side that breaks off takes the other one with it; an orderly end is handed on by the pipes.
  outgoing.on("error", () => incoming.destroy());
  incoming.on("error", () => outgoing.destroy());
  incoming.pipe(outgoing);
  outgoing.pipe(incoming);
}

function remember(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
}

function listening(server: Server, at: { ip: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "Address already in use" : error.message;
      reject(new Error(`Failed to bind on ${at.ip}:${at.port}: ${reason}`));
    });
    server.listen(at.port, at.ip, () => resolve());
  });
}
