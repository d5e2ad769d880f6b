// Keeps an app of short tasks, as `run` does, with its store on the disk. Arguments: master, tasks, cpus, mem, folder.
import { join } from "node:path";
import { APP_DEFAULTS } from "../../../src/scheduler/app-spec.ts";
import type { AppSpec } from "../../../src/scheduler/app-spec.ts";
import { FileFrameworkStore } from "../../../src/scheduler/store/file-store.ts";
import { openScheduler } from "../../../src/scheduler/open-scheduler.ts";
import { reportWhenAsked } from "./report.ts";

const [master = "", tasks, cpus, mem, folder = ""] = process.argv.slice(2);
const spec: AppSpec = {
  ...APP_DEFAULTS,
  ...{ name: "short", command: "true", network: "host", cpus: Number(cpus), mem: Number(mem), disk: 0, ports: [] },
  instances: Number(tasks),
  restart: { ...APP_DEFAULTS.restart, policy: "never" },
};
const { scheduler } = await openScheduler({
  ...{ master, apps: [spec], frameworkName: "bench", user: "root" },
  frameworkStore: new FileFrameworkStore(join(folder, "framework.json")),
});
reportWhenAsked();
await scheduler.command({ name: "run", spec });
