// What a scheduler that stands by says on its control socket: who leads, and the apps as that one has stored them.
import { MesosUpError } from "../../errors.ts";
import { restoreState } from "../core/state.ts";
import type { SchedulerState } from "../core/state.ts";
import type { Candidate, Election } from "../store/election.ts";

const STORED_LIMIT_MS = 3000;

export class Standby {
  readonly frameworkName: string;
  readonly #election: Pick<Election, "stored">;
  #leader: Candidate | undefined;

  constructor(election: Pick<Election, "stored">, frameworkName: string) {
    this.#election = election;
    this.frameworkName = frameworkName;
  }

  /** Another one leads now; undefined while ZooKeeper is out of reach. */
  follow(leader: Candidate | undefined): void {
    this.#leader = leader;
  }

  /** Undefined while that is not known. */
  get leader(): Candidate | undefined {
    return this.#leader;
  }

  /** What it waits for, as words that end a sentence. */
  get obstacle(): string {
    return this.#leader === undefined ? "ZooKeeper does not say who leads" : `${leaderText(this.#leader)} leads`;
  }

  /** As it was stored last; without apps if that cannot be read now. */
  async state(): Promise<SchedulerState> {
    const stored = await this.#election.stored(AbortSignal.timeout(STORED_LIMIT_MS)).catch(() => undefined);
    return restoreState({ user: "", name: this.frameworkName, roles: ["*"] }, stored);
  }

  /** For whoever asks for what only the one that leads can do. */
  refusal(): MesosUpError {
    const { host } = this.#leader ?? {};
    return new MesosUpError(`This scheduler stands by: ${this.obstacle}.`, {
      code: "SCHEDULER_STANDS_BY",
      hint:
        host === undefined
          ? "Check that ZooKeeper runs and can be reached from here."
          : `Run the command on ${host}, where that one was started.`,
    });
  }
}

export function leaderText({ host, pid }: Candidate): string {
  return `the scheduler on ${host} (process ${pid})`;
}
