// What a master is to know of the framework as its apps are now: in which roles they want offers, and whether any of them
// wants GPUs.
import type { FrameworkInfo } from "../../mesos/types.ts";
import type { SchedulerState } from "./state.ts";

/** The first that has UPDATE_FRAMEWORK; others are told with another SUBSCRIBE. */
export const UPDATE_FRAMEWORK_SINCE = [1, 10] as const;

/** What is given at the start holds for as long as there is no app. */
export function frameworkInfoOf({ info, apps }: Pick<SchedulerState, "info" | "apps">): FrameworkInfo {
  if (apps.size === 0) return info;
  const specs = [...apps.values()].map(({ spec }) => spec);
  const others = (info.capabilities ?? []).filter(({ type }) => type !== GPUS.type);
  return {
    ...info,
    roles: [...new Set(specs.map(({ role }) => role))],
    capabilities: specs.some(({ gpus }) => gpus > 0) ? [...others, GPUS] : others,
  };
}

/** Without it a framework is offered no agent that has GPUs; with it such agents are offered that others could use. */
export const GPUS = { type: "GPU_RESOURCES" as const };

/** What may change of it, to be compared. */
export function changeableText({ roles, capabilities }: FrameworkInfo): string {
  return JSON.stringify([[...(roles ?? [])].sort(), (capabilities ?? []).map(({ type }) => type).sort()]);
}

/** Whether a version, as masters tell theirs, is at least that one. */
export function isSince(version: string | undefined, [sinceMajor, sinceMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
