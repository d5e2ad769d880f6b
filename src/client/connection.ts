// How a cluster wants to be spoken to: whom masters and agents take us for, whom we take them for, and who watches.

export interface HttpConnection {
  /** Sent with every call (basic authentication, docs/authentication.md: HTTP). */
  credentials?: { principal: string; secret: string } | undefined;
  /** Certificates that those of masters and agents must descend from, as PEM. Default: those that Node knows. */
  ca?: string | undefined;
  /**
   * Masters and agents are spoken to over TLS, also where ZooKeeper, an offer or a redirect gives their address without
   * saying so. Default: false.
   */
  tls?: boolean | undefined;
  /** Hears of every exchange. */
  watcher?: HttpWatcher | undefined;
}

export interface HttpWatcher {
  /** `id` tells exchanges apart. */
  asked(exchange: { id: number; method: string; url: string; headers: Record<string, string>; body?: string }): void;
  /** The head of the answer is there; `streams` if its body may never end. */
  answered(answer: {
    id: number;
    status: number;
    headers: Record<string, string | string[] | undefined>;
    streams: boolean;
  }): void;
  /** Part of the answer's body. */
  received(part: { id: number; bytes: Uint8Array }): void;
  /** The answer is whole; or else there is a reason why there is none, or no further part of it. */
  ended(end: { id: number; reason?: string }): void;
}

/** The address as the connection wants it. */
export function addressOver({ tls }: HttpConnection, url: string): string {
  return tls === true ? url.replace(/^http:/, "https:") : url;
}

/** The header that says who asks; nothing where nobody wants to know. */
export function credentialHeaders({ credentials }: HttpConnection): Record<string, string> {
  if (credentials === undefined) return {};
  const { principal, secret } = credentials;
  return { Authorization: `Basic ${Buffer.from(`${principal}:${secret}`).toString("base64")}` };
}
