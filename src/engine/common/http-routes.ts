// Which handler answers which path.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpHandler } from "./http.ts";

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Paths and what answers them. A path also answers for everything below it, and under every prefix. */
export class HttpRoutes {
  readonly #handlers = new Map<string, HttpHandler>();
  readonly #upgrades = new Map<string, UpgradeHandler>();
  readonly #streamed = new Set<string>();
  readonly #prefixes: string[];

  /** `prefixes`: names of libprocess processes, such as `/master`, under which every path exists once more. */
  constructor(prefixes: string[]) {
    this.#prefixes = prefixes;
  }

  route(path: string, handler: HttpHandler): this {
    this.#handlers.set(path, handler);
    return this;
  }

  /** The same for a path whose requests may be streams. */
  routeStreams(path: string, handler: HttpHandler): this {
    this.#streamed.add(path);
    return this.route(path, handler);
  }

  upgrade(path: string, handler: UpgradeHandler): this {
    this.#upgrades.set(path, handler);
    return this;
  }

  get paths(): Iterable<string> {
    return this.#handlers.keys();
  }

  find(path: string): HttpHandler | undefined {
    return this.#walk(this.#strip(path));
  }

  takesStreams(path: string): boolean {
    return this.#streamed.has(this.#strip(path));
  }

  findUpgrade(path: string): UpgradeHandler | undefined {
    return this.#upgrades.get(this.#strip(path));
  }

  #strip(path: string): string {
    const prefix = this.#prefixes.find((p) => path === p || path.startsWith(`${p}/`));
    return prefix === undefined ? path : path.slice(prefix.length) || "/";
  }

  #walk(path: string): HttpHandler | undefined {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const handler = this.#handlers.get(at);
      if (handler) return handler;
    }
    return undefined;
  }
}
