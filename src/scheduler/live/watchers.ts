// Those who wait for something to become true of a scheduler: each is asked after every change.

export class Watchers<T> {
  readonly #subject: T;
  readonly #checks = new Set<() => void>();
  #failure: Error | undefined;

  constructor(subject: T) {
    this.#subject = subject;
  }

  /**
   * What `look` gives, as soon as that is something.
   * @throws what ended it all, the signal's reason, or what `look` throws
   */
  until<R>(look: (subject: T) => R | undefined, signal?: AbortSignal): Promise<R> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        this.#checks.delete(check);
        signal?.removeEventListener("abort", check);
        outcome();
      };
      const check = () => {
        let found: R | undefined;
        try {
          found = look(this.#subject);
        } catch (error) {
          settle(() => reject(asError(error)));
          return;
        }
        if (found !== undefined) settle(() => resolve(found));
        else if (signal?.aborted) settle(() => reject(signal.reason as Error));
        else if (this.#failure !== undefined) {
          const failure = this.#failure;
          settle(() => reject(failure));
        }
      };
      this.#checks.add(check);
      signal?.addEventListener("abort", check);
      check();
    });
  }

  /** Something is different. */
  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Nothing more will come: whoever waits in vain hears of the first such error. */
  fail(error: unknown): void {
    this.#failure ??= asError(error);
    this.changed();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
