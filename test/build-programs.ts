// Vitest's global set-up: bundles the programs, so that tests run what the sources say now.
import { execFileSync } from "node:child_process";

export default function buildPrograms(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
