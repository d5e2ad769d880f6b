// A master that speaks TLS alone, with a certificate of its own making that nobody knows: for tests, and of no use elsewhere.
import { createServer } from "node:https";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaF2ldjp5m4QdYzEe
KqrEyQpyF+Flk+V3J9Oqrht1zV6hRANCAAQC8Vq7J7kaEGYROcebB/F6+bpnA6V+
yT5M3zg0bwu0yMky4zPPMk3J+ybPaI29FjA2G9Ox+3pr/BkUmQOVFDgU
-----END PRIVATE KEY-----`;

export const certificate = `-----BEGIN CERTIFICATE-----
MIIBbjCCARSgAwIBAgIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJhIG1hc3Rl
ciBvZiBhIHRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMB0x
GzAZBgNVBAMMEmEgbWFzdGVyIG9mIGEgdGVzdDBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABALxWrsnuRoQZhE5x5sH8Xr5umcDpX7JPkzfODRvC7TIyTLjM88yTcn7
Js9ojb0WMDYb07H7emv8GRSZA5UUOBSjQzBBMA8GA1UdEQQIMAaHBH8AAAEwDwYD
VR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUlGScDCoSmNjuaiY6RQo3uiwzIlswCgYI
KoZIzj0EAwIDSAAwRQIgGHIk0qg01SPOaZJruPZYcQQXxJI+a81xVAA8E1A8M3gC
IQCxoNu+PQE1YFls1jG58hy1tX8f91Keq2QvLMs/5wVXRg==
-----END CERTIFICATE-----`;

/** `address` is host:port. */
export async function tlsServer(listener: RequestListener): Promise<{ address: string } & AsyncDisposable> {
  const server = createServer({ key, cert: certificate }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
