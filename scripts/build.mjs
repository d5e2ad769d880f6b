// Bundles the programs into dist/, one file each, so that every one of them starts in the time that node itself takes;
// `--types` adds the declarations for users of the library.
import { chmodSync, cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { $ } from "zx";

const programs = {
  "mesos-up": "scripts/cli.ts",
  "mesos-master": "src/engine/mesos-master.ts",
  "mesos-agent": "src/engine/mesos-agent.ts",
  "mesos-executor": "src/engine/mesos-executor.ts",
  index: "src/index.ts",
};

/**
 * undici without what nobody here uses: its index loads fetch, WebSocket, caches and mocks, which take three times as
 * long to load as the rest of it, and that in the first milliseconds of every command.
 */
const leanUndici = {
  name: "lean-undici",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]undici[/\\]index\.js$/ }, () => ({
      contents: `
        const Dispatcher = require("./lib/dispatcher/dispatcher");
        Dispatcher.prototype.request = require("./lib/api/api-request");
        module.exports = { Agent: require("./lib/dispatcher/agent") };`,
    })),
};

const { metafile } = await build({
  entryPoints: programs,
  outdir: "dist",
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: true,
  metafile: true,
  plugins: [leanUndici],
  logLevel: "warning",
  // They read files of their own folders.
  external: ["cdktf", "@cdktf/provider-docker", "constructs", "jiti"],
  // Dependencies that are CommonJS ask for `require`, which an ES module does not have.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
// Stale chunks go only now: a program that runs from dist/ finds its files at any moment of a build.
for (const file of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  const path = join(file.parentPath, file.name);
  const others = ["types", "images"].some((folder) => path.startsWith(join("dist", folder)));
  if (file.isFile() && !others && !(path in metafile.outputs)) rmSync(path, { force: true });
}
cpSync("src/backends/docker/images/mesos-package", "dist/images/mesos-package", { recursive: true });
for (const program of Object.keys(programs)) if (program !== "index") chmodSync(`dist/${program}.js`, 0o755);
if (process.argv.includes("--types")) await $({ stdio: "inherit" })`tsc -p tsconfig.build.json`;
