import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { keptSeeds } from "./kept-seeds.ts";
import { simulate } from "./simulation.ts";
import type { Play } from "./simulation.ts";

const SEEDS = 500;
const SHARED_SEEDS = 50;

describe("the scheduler, whatever goes wrong", () => {
  it.each(Array.from({ length: 10 }, (_, i) => 1 + (i * SEEDS) / 10))(
    "comes to what was wanted, and never runs an instance twice (seeds from %i)",
    { timeout: 300_000 },
    async (from) => {
      expect(await failuresOf({ from, seeds: SEEDS / 10 })).toEqual([]);
    },
  );

  it(
    "does so too with several schedulers of which one leads, and never has two lead or write",
    { timeout: 300_000 },
    async () => {
      expect(await failuresOf({ from: 1, seeds: SHARED_SEEDS }, { shared: true })).toEqual([]);
    },
  );

  it.each(keptSeeds)("does so with seed $seed, which once did not: $found", async ({ seed, found: _, ...play }) => {
    expect((await simulate(seed, play)).violations).toEqual([]);
  });

  it.each([{ shared: false }, { shared: true }])(
    "does the same twice with the same seed (several schedulers: $shared)",
    async ({ shared }) => {
      const play = { traced: true, shared };
      expect((await simulate(7, play)).trace).toEqual((await simulate(7, play)).trace);
    },
  );
});

/** How to see each seed that failed, and why. */
async function failuresOf({ from, seeds }: { from: number; seeds: number }, play: Play = {}): Promise<string[]> {
  const failed: string[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations } = await simulate(seed, play);
    // Vitest's worker must be able to answer meanwhile, however slow the machine is.
    await setImmediate();
    const option = play.shared === true ? " --shared" : "";
    if (violations.length > 0) failed.push(`npm run sim -- --seed ${seed}${option}: ${violations.join("; ")}`);
  }
  return failed;
}
