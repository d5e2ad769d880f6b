// A scheduler's metrics for Prometheus, on a port of its own, where somebody asks for it.
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, MesosUpError } from "../../errors.ts";
import { SchedulerMeter } from "./meter.ts";

export interface ServedMetrics extends AsyncDisposable {
  meter: SchedulerMeter;
  /** As in "http://127.0.0.1:9100/metrics". */
  url: string;
}

/**
 * Answers GET /metrics from the moment that it resolves. `where`: a port of 127.0.0.1, or host:port; port 0 is any.
 * @throws ConfigError METRICS_ADDRESS_INVALID; MesosUpError METRICS_ADDRESS_UNUSABLE
 */
export async function serveMetrics(where: string): Promise<ServedMetrics> {
  const { host, port } = parseWhere(where);
  const meter = new SchedulerMeter();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://metrics");
    if (pathname !== "/metrics" || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404).end("There are metrics at /metrics.\n");
      return;
    }
    meter.registry.metrics().then(
      (text) => response.writeHead(200, { "Content-Type": meter.registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
    );
  });
  await listen(server, { host, port });
  const { port: bound } = server.address() as AddressInfo;
  return {
    meter,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}/metrics`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @throws ConfigError METRICS_ADDRESS_INVALID */
function parseWhere(where: string): { host: string; port: number } {
  const { host = "127.0.0.1", port = "" } = /^(?:\[?(?<host>[^[\]]+)\]?:)?(?<port>\d{1,5})$/.exec(where)?.groups ?? {};
  if (port === "" || Number(port) > 65_535) {
    throw new ConfigError(`${where} is no address for metrics.`, {
      code: "METRICS_ADDRESS_INVALID",
      hint: "Give a port, as in --metrics 9100, or host:port.",
    });
  }
  return { host, port: Number(port) };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new MesosUpError(`Metrics cannot be served at ${host}:${port}: ${cause.message}.`, {
          code: "METRICS_ADDRESS_UNUSABLE",
          hint: "Give --metrics another port, or an address of this machine.",
          cause,
        }),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}
