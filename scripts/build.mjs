// Bundles the programs into dist/, one file each, so that every one of them starts in the time that node itself takes;
// `--types` adds the declarations for users of the library.
import { chmodSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { $ } from "zx";

const programs = {
  "mesos-up": "scripts/cli.ts",
  "mesos-master": "src/engine/mesos-master.ts",
  "mesos-agent": "src/engine/mesos-agent.ts",
  "mesos-executor": "src/engine/mesos-executor.ts",
  index: "src/index.ts",
};

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: programs,
  outdir: "dist",
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: true,
  logLevel: "warning",
  // Dependencies that are CommonJS ask for `require`, which an ES module does not have.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
});
for (const program of Object.keys(programs)) if (program !== "index") chmodSync(`dist/${program}.js`, 0o755);
if (process.argv.includes("--types")) await $({ stdio: "inherit" })`tsc -p tsconfig.build.json`;
