// Writes to a store until it has taken them.
import { MesosUpError } from "../../errors.ts";
import type { Clock } from "../../client/clock.ts";
import type { Changes } from "../core/inputs.ts";
import type { FrameworkStore } from "../store/framework-store.ts";
import { messageOf } from "./call-outcome.ts";

export interface PersistentWriterOptions {
  store: FrameworkStore;
  /** Whether the store has been written to in an earlier run. */
  hasStored: boolean;
  clock: Clock;
  /** Aborting it gives up what could not be written yet. */
  closing: AbortSignal;
  /** Hears why a write has to be tried again. */
  onTrouble: (message: string) => void;
}

const STORE_AGAIN_MS = 1000;

export class PersistentWriter {
  readonly #options: PersistentWriterOptions;
  #hasStored: boolean;
  #trouble: string | undefined;

  constructor(options: PersistentWriterOptions) {
    this.#options = options;
    this.#hasStored = options.hasStored;
  }

  /** What the store says to what is still to be written, as far as it has been tried. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Until it is written: nothing that depends on it goes out before. What has never been written to is of no use from the
   * start; what has been is waited for, since apps run that nobody would look after. Resolves with whether it is written:
   * it is not if it was given up.
   * @throws what the store throws at its first write, or because another scheduler writes there now
   */
  async write(changes: Changes): Promise<boolean> {
    const { store, clock, closing, onTrouble } = this.#options;
    let writing = store.write(changes);
    for (;;) {
      try {
        await writing;
        this.#hasStored = true;
        this.#trouble = undefined;
        return true;
      } catch (error) {
        if (closing.aborted) return false;
        if (!this.#hasStored || isLostLeadership(error)) throw error;
        this.#trouble = messageOf(error);
        onTrouble(this.#trouble);
        await clock.sleep(STORE_AGAIN_MS, closing).catch(() => undefined);
        writing = store.write(changes);
      }
    }
  }
}

/** Whether it says that another scheduler may lead now, so that trying again is of no use. */
export function isLostLeadership(error: unknown): boolean {
  return error instanceof MesosUpError && (error.code === "LEADERSHIP_LOST" || error.code === "ZOOKEEPER_SESSION_OVER");
}
