import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { gather } from "../../src/doctor/gather/gather.ts";
import { foreignTarget } from "../../src/doctor/gather/target.ts";

const ANSWERS: Partial<Record<string, object>> = {
  "/version": { version: "1.12.0" },
  "/metrics/snapshot": { "master/elected": 1 },
  "/flags": { flags: {} },
};

/** A master that tells nobody but one principal more than its version, as a Mesos with --authenticate_http_readonly. */
let server: Server;
let address: string;
beforeEach(async () => {
  server = createServer(({ url = "/", headers }, response) => {
    const path = url.split("?")[0] ?? "";
    const isKnown = headers.authorization === `Basic ${Buffer.from("ops:hush").toString("base64")}`;
    if (path !== "/version" && !isKnown) response.writeHead(401).end("401 Unauthorized.");
    else response.end(JSON.stringify(ANSWERS[path] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function lookAt(connection = {}) {
  const signal = new AbortController().signal;
  return diagnose(await gather(foreignTarget(address), { signal, limitMs: 10_000, env: {}, connection }));
}

it("says of a master that tells nobody whom it does not know how to be known", async () => {
  const { rootCause } = await lookAt();
  expect(rootCause).toMatchObject({
    ...{ id: "MS002", result: "does not tell this asker: it answered 401: 401 Unauthorized" },
    remedy: { command: expect.stringContaining("--principal") as string },
  });
});

it("sees what the principal may see", async () => {
  const { findings } = await lookAt({ credentials: { principal: "ops", secret: "hush" } });
  expect(findings).toContainEqual(expect.objectContaining({ id: "MS003", level: "ok" }));
});
