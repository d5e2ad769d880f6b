// npm run fuzz -- [--seed N] [--runs N]: prints the seed first, so that what it finds can be found again.
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { MasterProcess } from "./master-process.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, runs: { type: "string", default: "5000" } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const runs = Number(values.runs);
if (!Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1)
  throw new Error("--seed and --runs take whole numbers");
console.log(`seed ${seed}, ${runs} runs (again: npm run fuzz -- --seed ${seed} --runs ${runs})`);
const master = await MasterProcess.start();
try {
  const { outcomes, heldBytesBefore, heldBytesAfter } = await fuzz({ master, seed, runs });
  for (const [outcome, count] of Object.entries(outcomes)) console.log(`${outcome.padEnd(7)}${count}`);
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(`memory held: ${mebibytes(heldBytesBefore)} early on, ${mebibytes(heldBytesAfter)} at the end`);
} finally {
  await master.stop();
}
