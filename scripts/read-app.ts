// The app that a command is given: an app file, which may be a module, or nginx.
import type { AppSpec } from "../src/scheduler/app-spec.ts";
import { readUserFile } from "./options.ts";

const MODULE = /\.[cm]?[jt]s$/;

/** @throws ConfigError with every problem of the file */
export async function readApp(name: string): Promise<AppSpec> {
  if (name === "nginx") return (await import("../src/scheduler/nginx-app.ts")).nginxApp();
  if (MODULE.test(name)) {
    await readUserFile(name);
    const [{ loadAppModule }, library] = await Promise.all([
      import("../src/scheduler/load-app-module.ts"),
      import("../src/index.ts"),
    ]);
    return await loadAppModule(name, { library });
  }
  const { parseAppFile } = await import("../src/scheduler/parse-app-file.ts");
  return parseAppFile(await readUserFile(name), name);
}
