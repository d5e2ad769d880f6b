// The same with the package mesos-framework, as its own example for command tasks has it. Arguments: master, tasks, cpus,
// mem, folder, the package's folder.
import { createRequire } from "node:module";
import { join } from "node:path";
import { reportWhenAsked } from "./report.ts";

interface Package {
  Scheduler: new (options: object) => {
    on: (event: string, listener: (data: unknown) => void) => void;
    subscribe: () => void;
  };
  Mesos: { getMesos: () => { CommandInfo: new (...fields: unknown[]) => object } };
}

const [master = "", tasks, cpus, mem, folder = "", packageFolder = ""] = process.argv.slice(2);
const { Scheduler, Mesos } = createRequire(join(packageFolder, "package.json"))(packageFolder) as Package;
const { hostname, port } = new URL(master);
const scheduler = new Scheduler({
  ...{ masterUrl: hostname, port: Number(port), useZk: false, frameworkName: "bench", user: "root" },
  // Seconds. After its own 10 without a word it gives up, and masters send a heartbeat every 15.
  masterConnectionTimeout: 60,
  logging: { path: folder, fileName: "mesos-framework.log", level: "error" },
  tasks: {
    short: {
      ...{ priority: 1, instances: Number(tasks) },
      // URIs, environment, shell, command, arguments, user
      commandInfo: new (Mesos.getMesos().CommandInfo)(null, null, true, "true", null, null),
      resources: { cpus: Number(cpus), mem: Number(mem), ports: 0, disk: 0 },
    },
  },
});
scheduler.on("error", () => {});
scheduler.on("ready", () => scheduler.subscribe());
reportWhenAsked();
