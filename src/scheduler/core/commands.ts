// What users ask of a scheduler: apps added, changed, scaled, restarted and removed, tasks ended, everything ended.
import { MesosUpError } from "../../errors.ts";
import type { AppSpec } from "../app-spec.ts";
import { instanceUnknown } from "../instance-unknown.ts";
import type { Command } from "./inputs.ts";
import { hasTask, newInstance } from "./instance.ts";
import type { Instance } from "./instance.ts";
import { kill } from "./kill.ts";
import { replaceIfDue } from "./policies.ts";
import { startRollout } from "./rollout.ts";
import { instancesOf } from "./state.ts";
import type { AppState } from "./state.ts";
import { tearDown } from "./subscription.ts";
import type { Turn } from "./turn.ts";

/** @throws MesosUpError APP_UNKNOWN, INSTANCE_UNKNOWN, APP_ENDING; then nothing has changed. */
export function onCommand(turn: Turn, command: Command): void {
  switch (command.name) {
    case "run": {
      run(turn, command.spec);
      return;
    }
    case "scale": {
      scale(turn, appNamed(turn, command.app), command.instances);
      return;
    }
    case "restart": {
      const app = appNamed(turn, command.app);
      startRollout(turn, app, app.spec);
      return;
    }
    case "remove": {
      remove(turn, appNamed(turn, command.app));
      return;
    }
    case "kill": {
      kill(turn, instanceNamed(turn, command.instance), "restart");
      return;
    }
    case "stop":
      turn.state.stopping = true;
      turn.frameworkChanged();
      {
        tearDown(turn);
        return;
      }
  }
}

function run(turn: Turn, spec: AppSpec): void {
  const app = turn.state.apps.get(spec.name);
  if (app === undefined) {
    const added: AppState = { name: spec.name, spec, version: 1, lastVersion: 1, instances: 0 };
    turn.addApp(added);
    turn.tell({ type: "app", app: spec.name, what: "added" });
    scale(turn, added, spec.instances);
    return;
  }
  if (app.removing) throw ending(app);
  if (sameTask(app.spec, spec)) {
    app.spec = spec;
    turn.appChanged(app);
    for (const instance of instancesOf(turn.state, app.name)) {
      startAnew(turn, instance);
      if (instance.state === "unreachable") replaceIfDue(turn, instance);
    }
  } else startRollout(turn, app, spec);
  scale(turn, app, spec.instances);
}

/** What has given up is tried once more when its app is run again; what has finished, too. */
function startAnew(turn: Turn, instance: Instance): void {
  if (instance.state !== "gave-up" && instance.state !== "finished" && instance.state !== "backing-off") return;
  instance.failuresMs = [];
  instance.backoffs = 0;
  delete instance.notBeforeMs;
  turn.enter(instance, "waiting");
}

/** Whether tasks of the one are as good as tasks of the other. */
function sameTask(a: AppSpec, b: AppSpec): boolean {
  return taskText(a) === taskText(b);
}

/** What of a spec is not about its tasks. */
const ABOUT_THE_APP: ReadonlySet<string> = new Set(["instances", "restart", "unreachable", "update", "verify"]);

function taskText(spec: AppSpec): string {
  return JSON.stringify(sorted(Object.fromEntries(Object.entries(spec).filter(([key]) => !ABOUT_THE_APP.has(key)))));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function scale(turn: Turn, app: AppState, wanted: number): void {
  if (app.removing) throw ending(app);
  const staying = instancesOf(turn.state, app.name).filter(({ killFor }) => killFor !== "scale");
  app.instances = wanted;
  app.spec = { ...app.spec, instances: wanted };
  turn.appChanged(app);
  for (const instance of staying.sort(leastMissedFirst).slice(0, Math.max(0, staying.length - wanted)))
    kill(turn, instance, "scale");
  const taken = new Set(instancesOf(turn.state, app.name).map(({ ordinal }) => ordinal));
  for (let ordinal = 1, missing = wanted - staying.length; missing > 0; ordinal++) {
    if (taken.has(ordinal)) continue;
    turn.addInstance(newInstance(app.name, ordinal, { version: app.version, nowMs: turn.nowMs }));
    missing--;
  }
}

/** First those without a task, then those that do not run, then the newest. */
function leastMissedFirst(a: Instance, b: Instance): number {
  const worth = (one: Instance) => (one.state === "running" ? 2 : hasTask(one) ? 1 : 0);
  return worth(a) - worth(b) || b.ordinal - a.ordinal;
}

function remove(turn: Turn, app: AppState): void {
  app.removing = true;
  turn.appChanged(app);
  for (const instance of instancesOf(turn.state, app.name)) kill(turn, instance, "scale");
}

/** To be asked after everything else of a turn: apps whose last task has ended go. */
export function forgetRemovedApps(turn: Turn): void {
  for (const app of turn.state.apps.values())
    if (app.removing && instancesOf(turn.state, app.name).length === 0) turn.removeApp(app);
}

function appNamed(turn: Turn, name: string): AppState {
  const app = turn.state.apps.get(name);
  if (app !== undefined) return app;
  throw new MesosUpError(`There is no app ${name} here.`, {
    code: "APP_UNKNOWN",
    hint: `There ${turn.state.apps.size === 1 ? "is" : "are"} ${[...turn.state.apps.keys()].join(", ") || "none"}.`,
  });
}

function instanceNamed(turn: Turn, id: string): Instance {
  const instance = turn.state.instances.get(id);
  if (instance !== undefined) return instance;
  throw instanceUnknown(id);
}

function ending(app: AppState): MesosUpError {
  return new MesosUpError(`The app ${app.name} is being ended.`, {
    code: "APP_ENDING",
    hint: "Run it again when `mesos-up ps` does not show it any more.",
  });
}
