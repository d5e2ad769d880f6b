// Task descriptions for scenarios: small, on whatever was offered.
import { randomBytes } from "node:crypto";
import type { Offer, Resource, TaskInfo } from "../../../src/mesos/types.ts";

export function scalar(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

export function ranges(name: string, begin: number, end: number): Resource {
  return { name, type: "RANGES", ranges: { range: [{ begin, end }] } };
}

export const smallResources: Resource[] = [scalar("cpus", 0.1), scalar("mem", 32)];

/** A task of which `over` says what it runs. */
export function taskInfo(offer: Offer, id: string, over: Partial<TaskInfo>): TaskInfo {
  return { name: id, task_id: { value: id }, agent_id: offer.agent_id, resources: smallResources, ...over };
}

/** A task that runs a line of shell. */
export function commandTask(offer: Offer, id: string, command: string, over: Partial<TaskInfo> = {}): TaskInfo {
  return taskInfo(offer, id, { command: { shell: true, value: command }, ...over });
}

/** An ID that no run before this one had. */
export function freshId(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}
