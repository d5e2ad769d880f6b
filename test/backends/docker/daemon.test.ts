import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Daemon } from "../../../src/backends/docker/daemon/daemon.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** A daemon that answers every call like this. */
async function daemonSaying(status: number, body: string): Promise<Daemon> {
  server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
  return new Daemon({ host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, from: "DOCKER_HOST" });
}

const refusal = (message: string): string => JSON.stringify({ message });

describe("what a Docker daemon refuses", () => {
  it.each([
    ["DISK_FULL", 500, refusal("write /var/lib/docker/tmp/layer: no space left on device")],
    ["NETWORK_TAKEN", 500, refusal("subnet 172.30.1.0/24 is already used on the host or by another config")],
    ["NETWORK_TAKEN", 403, refusal("Pool overlaps with other one on this address space")],
    [
      "PORT_TAKEN",
      500,
      refusal(
        "driver failed programming external connectivity on endpoint e (2f81): " +
          "Error starting userland proxy: listen tcp4 0.0.0.0:5051: bind: address already in use",
      ),
    ],
    ["DOCKER_TLS_NEEDED", 400, "Client sent an HTTP request to an HTTPS server.\n"],
    ["DOCKER_REFUSED", 500, refusal("something of its own")],
  ])("is told as %s, with what to do", async (code, status, body) => {
    const daemon = await daemonSaying(status, body);
    await expect(daemon.json("POST", "/networks/create")).rejects.toMatchObject({
      code,
      status,
      hint: expect.stringMatching(/\.$/) as string,
    });
  });

  it("says which port it is that is taken", async () => {
    const daemon = await daemonSaying(500, refusal("listen tcp4 0.0.0.0:5051: bind: address already in use"));
    await expect(daemon.json("POST", "/containers/a/start")).rejects.toThrow(
      "A port that the cluster publishes is taken: listen tcp4 0.0.0.0:5051: bind: address already in use.",
    );
  });

  it("is told when it comes in the middle of an answer that began well", async () => {
    const daemon = await daemonSaying(200, '{"status":"Importing"}\n{"error":"no space left on device"}\n');
    await expect(daemon.follow("/images/create")).rejects.toMatchObject({ code: "DISK_FULL" });
  });
});

describe("a daemon behind TLS", () => {
  it("is not asked without the certificates that it wants to see", async () => {
    const address = { host: "tcp://127.0.0.1:2376", from: "DOCKER_HOST", certificates: "/no/such/folder" };
    await expect(new Daemon(address).json("GET", "/info")).rejects.toMatchObject({
      code: "DOCKER_TLS_NEEDED",
      message: expect.stringContaining("/no/such/folder/ca.pem") as string,
    });
  });
});
