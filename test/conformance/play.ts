// Plays scenarios against a Mesos and compares what it answers with what is recorded.
import { setTimeout as pause } from "node:timers/promises";
import { firstDifference } from "./compare/first-difference.ts";
import { lineDifference } from "./compare/line-difference.ts";
import type { Json } from "./compare/normalizer.ts";
import { readRecording, transcriptText } from "./compare/recordings.ts";
import { Probe, type Target } from "./probe/probe.ts";
import type { AgentSummary, FrameworkState } from "./probe/state.ts";
import type { Scenario } from "./scenarios/scenario.ts";

export interface Outcome {
  scenario: Scenario;
  durationMs: number;
  transcript: Json[];
  /** Where the transcript parts from the recording, in one line; undefined if it does not. */
  difference: string | undefined;
  /** The same line by line: "-" recorded, "+" answered. */
  lines: string[];
}

/** Far beyond what the slowest takes, and within what a test may take. */
const SCENARIO_LIMIT_MS = 120_000;
const IDLE_LIMIT_MS = 60_000;

/** Plays one scenario. It never throws for what Mesos does: that is in the outcome. */
export async function playScenario(scenario: Scenario, target: Target, signal?: AbortSignal): Promise<Outcome> {
  const startedMs = performance.now();
  const recorded = await readRecording(scenario.name);
  const probe = new Probe(target, scenario.name);
  try {
    await limited(playWhenIdle(scenario, probe), signal);
  } catch (error) {
    signal?.throwIfAborted();
    probe.record({ failed: error instanceof Error ? error.message : String(error) });
  } finally {
    await probe.close();
  }
  const { transcript } = probe;
  return {
    scenario,
    durationMs: performance.now() - startedMs,
    transcript,
    difference: firstDifference(recorded, transcript),
    lines: lineDifference(transcriptText(recorded), transcriptText(transcript)),
  };
}

/** A scenario may expect all of the agent's resources: what the one before it held must have come back. */
async function playWhenIdle(scenario: Scenario, probe: Probe): Promise<void> {
  if (!(await probe.comesTrue(() => isIdle(probe), IDLE_LIMIT_MS))) {
    throw new Error("the master has frameworks, or resources in use, that are not this scenario's");
  }
  await scenario.play(probe);
}

async function isIdle(probe: Probe): Promise<boolean> {
  const { frameworks, slaves } = await probe.masterState();
  return frameworks.every(isGone) && slaves.some(isFree);
}

function isGone({ connected, active }: FrameworkState): boolean {
  return !connected && !active;
}

function isFree({ active, used_resources, offered_resources }: AgentSummary): boolean {
  const amounts = [used_resources, offered_resources].flatMap((resources) => Object.values(resources));
  return active && amounts.every((amount) => amount === 0);
}

async function limited(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const limit = pause(SCENARIO_LIMIT_MS, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`not over after ${SCENARIO_LIMIT_MS / 1000} s`);
  });
  const interrupted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: over.signal });
  });
  limit.catch(() => undefined);
  try {
    await Promise.race([work, limit, interrupted]);
  } finally {
    over.abort();
    // What is still under way ends with the probe's connections.
    work.catch(() => undefined);
  }
}
