// Follows logs as they grow, those too that come later, and gives what is new in the order of time.
import { setMaxListeners } from "node:events";
import { systemClock, type Clock } from "../client/clock.ts";
import { EntryAssembler, isSelected, mergeByTime, type Entry, type Selection } from "./entries.ts";
import type { NamedLog } from "./named-log.ts";

export interface FollowOptions extends Selection {
  signal: AbortSignal;
  nowMs: () => number;
  /** The logs that there are now; asked again and again, with so long a pause. */
  discover: (signal: AbortSignal) => Promise<NamedLog[]>;
  discoverEveryMs: number;
  /** Where those go on that have been read already; others from their beginning. */
  positions: ReadonlyMap<string, string>;
  /** Gets what is new, a few times a second. */
  onEntries: (entries: Entry[]) => void;
  clock?: Clock;
}

/** For so long what comes is gathered before it is put in order: logs are not read at the same instant. */
const GATHER_MS = 150;

/** Resolves once the signal is aborted. */
export async function followLogs(options: FollowOptions): Promise<void> {
  const { signal, discoverEveryMs, clock = systemClock } = options;
  // Every log waits for it; Node takes more than ten for forgotten ones.
  setMaxListeners(0, signal);
  const follower = new Follower(options);
  const over = signal.aborted ? Promise.resolve() : new Promise((done) => signal.addEventListener("abort", done));
  const repeat = async (pauseMs: number, what: () => Promise<void> | void): Promise<void> => {
    while (!signal.aborted) {
      await what();
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  };
  await Promise.all([
    over,
    repeat(discoverEveryMs, () => follower.discover()),
    repeat(GATHER_MS, () => follower.tell()),
  ]);
  follower.tell();
  follower.tell();
}

class Follower {
  readonly #options: FollowOptions;
  readonly #followed = new Map<string, { assembler: EntryAssembler; isQuiet: boolean }>();
  #gathered: Entry[] = [];

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  async discover(): Promise<void> {
    const { signal, discover, positions } = this.#options;
    // Whoever cannot be asked now is asked again.
    const logs = await discover(signal).catch(() => []);
    for (const log of logs) if (!this.#followed.has(log.name)) void this.#follow(log, positions.get(log.name));
  }

  /** A log that was quiet for a whole round has said all of its last entry. */
  tell(): void {
    for (const one of this.#followed.values()) {
      if (one.isQuiet) this.#gathered.push(...one.assembler.flush());
      one.isQuiet = true;
    }
    const entries = mergeByTime([this.#gathered.filter((entry) => isSelected(entry, this.#options))]);
    this.#gathered = [];
    if (entries.length > 0) this.#options.onEntries(entries);
  }

  async #follow({ name, log }: NamedLog, position: string | undefined): Promise<void> {
    const { signal, nowMs } = this.#options;
    const one = { assembler: new EntryAssembler(name, nowMs), isQuiet: true };
    this.#followed.set(name, one);
    try {
      for await (const lines of log.follow(position, signal)) {
        this.#gathered.push(...one.assembler.push(lines));
        one.isQuiet = false;
      }
    } catch {
      // The signal is aborted: a log that is followed fails for no other reason.
    }
  }
}
