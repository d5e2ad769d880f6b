// `npm run sim -- --seeds N [--from M]`: plays the seeds and prints those that fail. `--seed N`: plays one and prints all
// that happened. `--plain`: without constraints that name agents and without maintenance.
import { simulate } from "./simulation.ts";

const numberOf = (option: string): number | undefined => {
  const at = process.argv.indexOf(option);
  return at === -1 ? undefined : Number(process.argv[at + 1]);
};

const plain = process.argv.includes("--plain");
const one = numberOf("--seed");
if (one !== undefined) {
  const { trace, violations } = simulate(one, { traced: true, plain });
  process.stdout.write([...trace, "", ...violations, violations.length === 0 ? "All held." : ""].join("\n") + "\n");
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const seeds = numberOf("--seeds") ?? 1000;
  const from = numberOf("--from") ?? 1;
  const startMs = performance.now();
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations } = simulate(seed, { plain });
    if (violations.length === 0) continue;
    failed++;
    process.stdout.write(`seed ${seed}: ${violations.slice(0, 3).join("; ")}\n`);
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${seeds} seeds from ${from} in ${seconds} s: ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
