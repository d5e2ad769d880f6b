// Requests to go on in another protocol on the same connection.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

const ABOUT_UPGRADES = new Set(["connection", "upgrade", "http2-settings"]);

/** As if the client had not offered another protocol, which nobody has to accept; Java's HTTP client always offers h2c. */
export function serveWithoutUpgrade(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
): void {
  const lines = [`${method ?? "GET"} ${url ?? "/"} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (!ABOUT_UPGRADES.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

/** Ends an upgrade request with an ordinary refusal. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  const lines = Object.entries({ ...headers, "Content-Length": "0", Connection: "close" }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`);
}
