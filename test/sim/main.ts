// `npm run sim -- --seeds N [--from M]`: plays the seeds and prints those that fail. `--seed N`: plays one and prints all
// that happened. `--plain`: without constraints that name agents and without maintenance. `--shared`:
// with several schedulers over ZooKeeper, of which one leads.
import { setImmediate } from "node:timers/promises";
import { simulate } from "./simulation.ts";

const numberOf = (option: string): number | undefined => {
  const at = process.argv.indexOf(option);
  return at === -1 ? undefined : Number(process.argv[at + 1]);
};

const plain = process.argv.includes("--plain");
const shared = process.argv.includes("--shared");
const one = numberOf("--seed");
if (one !== undefined) {
  const { trace, violations } = await simulate(one, { traced: true, plain, shared });
  process.stdout.write([...trace, "", ...violations, violations.length === 0 ? "All held." : ""].join("\n") + "\n");
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const seeds = numberOf("--seeds") ?? 1000;
  const from = numberOf("--from") ?? 1;
  const startMs = performance.now();
  let failed = 0;
  let played = 0;
  let stopped = false;
  // What was found until then is worth a last line.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (stopped = true));
  for (; played < seeds && !(stopped as boolean); played++) {
    const { violations } = await simulate(from + played, { plain, shared });
    if (violations.length > 0) {
      failed++;
      process.stdout.write(`seed ${from + played}: ${violations.slice(0, 3).join("; ")}\n`);
    }
    await setImmediate();
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${played} seeds from ${from} in ${seconds} s: ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
