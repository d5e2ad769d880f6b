// The sites of apps, each served for as long as its scheduler runs.
import type { AppSpec } from "./app-spec.ts";
import { serveSite } from "./site.ts";
import type { ServedSite } from "./site.ts";

export class Sites implements AsyncDisposable {
  readonly #address: string;
  readonly #folders = new Map<string, string>();
  readonly #served = new Map<string, ServedSite>();
  /** Those that another folder has taken the place of: agents may still be fetching them. */
  readonly #former: ServedSite[] = [];

  /** `address` is one of this machine that agents reach. */
  constructor(address: string) {
    this.#address = address;
  }

  /** By the names of their apps. */
  get served(): ReadonlyMap<string, ServedSite> {
    return this.#served;
  }

  /** Serves the app's site, if it has one that is not served yet. @throws ConfigError SITE_UNUSABLE */
  async serve({ name, site }: AppSpec): Promise<void> {
    if (site === undefined || this.#folders.get(name) === site) return;
    const served = await serveSite(site, this.#address);
    const former = this.#served.get(name);
    if (former !== undefined) this.#former.push(former);
    this.#folders.set(name, site);
    this.#served.set(name, served);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const site of [...this.#served.values(), ...this.#former]) await site[Symbol.asyncDispose]();
  }
}
