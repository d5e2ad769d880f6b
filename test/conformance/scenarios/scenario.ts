// A scenario: one behaviour of Mesos, as a story that is told to a master and an agent and written down.
import type { Probe } from "../probe/probe.ts";

export interface Scenario {
  /** Also the name of its recording. */
  name: string;
  /** What Mesos does, in words. */
  behaviour: string;
  play: (probe: Probe) => Promise<void>;
}

export function scenario(name: string, behaviour: string, play: Scenario["play"]): Scenario {
  return { name, behaviour, play };
}
