// The beginning that most scenarios share: a framework, an offer, one task.
import type { FrameworkInfo, Offer, TaskInfo, TaskState, TaskStatus } from "../../../src/mesos/types.ts";
import { subscribe, type Framework } from "./framework.ts";
import type { Probe } from "./probe.ts";
import { freshId } from "./task.ts";

export interface LaunchOptions {
  /** The task for an offer; its ID is `<TASK>` in the transcript. */
  task: (offer: Offer, id: string) => TaskInfo;
  /** States to follow it to. */
  until: TaskState[];
  info?: Partial<FrameworkInfo>;
  /** For each of its updates. */
  limitMs?: number;
  /** How long what the task leaves of the offer is refused. */
  refuseSeconds?: number;
}

export interface Launched {
  framework: Framework;
  offer: Offer;
  id: string;
  /** The last update that was followed. */
  status: TaskStatus;
}

/** Subscribes, takes the first offer, launches one task on it and follows that, all in the transcript. */
export async function launchOne(probe: Probe, options: LaunchOptions): Promise<Launched> {
  const framework = await subscribe(probe, options.info);
  const offer = await framework.offer();
  const id = freshId("task");
  probe.hide(id, "<TASK>");
  const { refuseSeconds = 0 } = options;
  await framework.launch(offer, [options.task(offer, id)], { refuseSeconds });
  const status = await framework.follow(id, options.until, options.limitMs);
  return { framework, offer, id, status };
}
