// `npm run bench -- NAME`: prints figures measured here and now, side by side with what a user would pick instead.
import { benchDemo } from "./demo.ts";
import { benchDocker } from "./docker.ts";
import { benchEngine } from "./engine.ts";
import { benchScheduler } from "./scheduler.ts";

const benches: Record<string, (args: string[]) => Promise<void>> = {
  demo: benchDemo,
  docker: benchDocker,
  engine: benchEngine,
  scheduler: benchScheduler,
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`There is no bench "${name}". Write one of: ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 2;
} else {
  await bench(args);
}
