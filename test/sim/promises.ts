// What users of a simulation were promised: a command that is stored survives whatever happens to the scheduler. Goes by
// the commands alone, since what the scheduler knows is what is judged.
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import type { Command } from "../../src/scheduler/core/inputs.ts";
import type { AppState, SchedulerState } from "../../src/scheduler/core/state.ts";

/** An app as it is after a command; gone without a spec. */
interface Asked {
  spec?: AppSpec;
  /** By which the scheduler tells a restart from what was before. */
  version?: number;
  /** A later process did not know of it. */
  lost?: true;
}

export class Promises {
  readonly violations: string[] = [];
  /** Of each app what is stored, and what was asked for since and may be. */
  readonly #asked = new Map<string, Asked[]>();
  /** Tasks that a stored command ends. */
  readonly #toEnd = new Set<string>();

  /** What users asked for last, by the names of apps. */
  get apps(): Map<string, AppSpec> {
    const specs = [...this.#asked.values()].flatMap((asked) => asked.at(-1)?.spec ?? []);
    return new Map(specs.map((spec) => [spec.name, spec]));
  }

  /**
   * A command that the scheduler has taken, and the tasks that it ends. To be called back once it is stored, which never
   * happens if the process ends before.
   */
  note(command: Command, { state, ends }: { state: SchedulerState; ends: readonly string[] }): () => void {
    const app = appOf(command);
    const keep = () => ends.forEach((taskId) => this.#toEnd.add(taskId));
    if (app === undefined) return keep;
    const asked = this.#asked.get(app) ?? [{}];
    const version = state.apps.get(app)?.version;
    const spec = specAfter(asked.at(-1)?.spec, command);
    const next: Asked = { ...(spec && { spec }), ...(version !== undefined && { version }) };
    this.#asked.set(app, [...asked, next]);
    return () => {
      keep();
      if (next.lost)
        this.violations.push(`${app}: ${command.name} was stored, and another scheduler knows nothing of it`);
      const all = this.#asked.get(app) ?? [];
      if (all.includes(next)) this.#asked.set(app, all.slice(all.indexOf(next)));
    };
  }

  /** A process has begun with this: with all that is stored, and perhaps with what was being stored. */
  begun(state: SchedulerState): void {
    for (const [app, asked] of this.#asked) {
      const at = asked.findLastIndex((one) => isAs(one, state.apps.get(app)));
      if (at === -1)
        this.violations.push(`${app} comes back otherwise than stored: ${contrast(asked[0], state.apps.get(app))}`);
      for (const later of asked.slice(at + 1)) later.lost = true;
      this.#asked.set(app, [at === -1 ? { ...state.apps.get(app) } : asked[at]!]);
    }
  }

  /** Between what was asked for and what the scheduler knows, and tasks that should have ended of those that run. */
  broken(state: SchedulerState, running: readonly string[]): string[] {
    const apps = new Set([...this.#asked.keys(), ...state.apps.keys()]);
    const others = [...apps].filter((app) => !isAs(this.#asked.get(app)?.at(-1) ?? {}, state.apps.get(app)));
    return [
      ...others.map((app) => `${app} is not as asked: ${contrast(this.#asked.get(app)?.at(-1), state.apps.get(app))}`),
      ...running.filter((taskId) => this.#toEnd.has(taskId)).map((taskId) => `${taskId} runs, and was to end`),
    ];
  }
}

function appOf(command: Command): string | undefined {
  if (command.name === "run") return command.spec.name;
  return "app" in command ? command.app : undefined;
}

function specAfter(spec: AppSpec | undefined, command: Command): AppSpec | undefined {
  if (command.name === "run") return command.spec;
  if (command.name === "remove") return undefined;
  return spec && command.name === "scale" ? { ...spec, instances: command.instances } : spec;
}

/** Whether the scheduler knows the app as that; one that is being removed is as good as gone. */
function isAs(asked: Asked, known: AppState | undefined): boolean {
  if (known === undefined || known.removing) return asked.spec === undefined;
  return asked.version === known.version && JSON.stringify(asked.spec) === JSON.stringify(known.spec);
}

function contrast(asked: Asked | undefined, known: AppState | undefined): string {
  return `${words(asked, known?.spec)} was asked for, ${words(known, asked?.spec)} is there`;
}

/** With what is not as in the other spec. */
function words(app: Asked | AppState | undefined, other: AppSpec | undefined): string {
  if (app?.spec === undefined || ("removing" in app && app.removing)) return "nothing";
  const there = new Map(Object.entries(other ?? {}));
  const own = Object.entries(app.spec).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(there.get(key)),
  );
  return `version ${app.version} ${JSON.stringify(Object.fromEntries(own))}`;
}
