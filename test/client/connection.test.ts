import { describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { certificate, tlsServer } from "./tls-server.ts";

describe("a connection to a cluster that asks who is there", () => {
  it("believes the certificates that it is told to, says who asks, and stays with TLS through addresses without it", async () => {
    await using other = await tlsServer((request, response) =>
      response.end(JSON.stringify({ asked: request.headers.authorization })),
    );
    await using master = await tlsServer((_request, response) =>
      response.writeHead(307, { Location: `http://${other.address}/state` }).end(),
    );
    const credentials = { principal: "me", secret: "p:ss" };
    await using http = new HttpClient({ ca: certificate, tls: true, credentials });
    expect(await http.json({ url: `http://${master.address}/state` })).toEqual({ asked: "Basic bWU6cDpzcw==" });
  });

  it("does not believe others, and says what to do", async () => {
    await using master = await tlsServer((_request, response) => response.end("{}"));
    await using http = new HttpClient();
    const failure = http.request({ url: `https://${master.address}/state` });
    await expect(failure).rejects.toMatchObject({
      code: "UNREACHABLE",
      hint: expect.stringContaining("--ca") as string,
    });
  });
});
