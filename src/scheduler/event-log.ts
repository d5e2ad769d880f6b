// What a scheduler without a terminal leaves in its log: one JSON object a line (pino), which `mesos-up logs` reads too.
import { destination as openDestination, pino, stdTimeFunctions } from "pino";
import type { DestinationStream } from "pino";
import type { AppEvent } from "./app-event.ts";
import type { Instance } from "./core/instance.ts";

/** A line is written before `write` returns: nothing is lost when the process is killed. */
export const standardOutput = (): DestinationStream => openDestination({ dest: 1, sync: true });

/** Writes what happens, each as it happens. */
export function eventLog(destination: DestinationStream) {
  const log = pino(
    {
      base: { pid: process.pid },
      formatters: { level: (level) => ({ level }) },
      timestamp: stdTimeFunctions.isoTime,
    },
    destination,
  );
  return (event: AppEvent): void => {
    switch (event.type) {
      case "subscription": {
        const { name, ...about } = event.state;
        log[name === "disconnected" ? "warn" : "info"]({ subscription: name, ...about }, `subscription: ${name}`);
        return;
      }
      case "instance": {
        const { instance, before } = event;
        if (before === instance.state) return;
        const failed = FAILED.has(instance.state);
        log[failed ? "warn" : "info"](
          instanceFields(instance),
          `${instance.id} ${before ?? "new"} → ${instance.state}`,
        );
        return;
      }
      case "launched": {
        const { taskId, agent } = event.placement;
        log.info({ instance: event.instance, taskId, agent }, `${event.instance} is launched on ${agent}`);
        return;
      }
      case "app":
        log.info({ app: event.app }, `${event.app}: ${event.what}`);
        return;
      case "election":
        log.info(event.message);
        return;
      case "note":
        log.warn(event.message);
        return;
      // What a status changes is told by its instance.
      case "status":
    }
  };
}

const FAILED: ReadonlySet<Instance["state"]> = new Set(["backing-off", "unreachable", "gave-up"]);

function instanceFields({ id, app, state, task, lastTask, lastFailure }: Readonly<Instance>): object {
  const { taskId, agent } = task ?? lastTask ?? {};
  const failure = lastFailure?.taskId === taskId && { failure: lastFailure };
  return { app, instance: id, state, taskId, agent, ...failure };
}
