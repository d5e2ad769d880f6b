// App files that are modules: TypeScript or JavaScript whose default export is an app. Brings a compiler with it, which is
// loaded when the first such file is read.
import { resolve } from "node:path";
import { ConfigError, MesosUpError } from "../errors.ts";
import { parseAppModule } from "./parse-app-file.ts";
import type { AppSpec } from "./app-spec.ts";

/**
 * The app that the module exports by default: what `defineApp` gave, or a function or promise that comes to it. In the
 * module `mesos-up` is `library`, wherever the module lies.
 * @throws ConfigError APP_MODULE_UNREADABLE if it cannot be loaded, APP_FILE_INVALID with every problem of the app.
 */
export async function loadAppModule(file: string, { library }: { library: object }): Promise<AppSpec> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: { "mesos-up": library },
  });
  let exported: unknown;
  try {
    const module = await jiti.import<{ default?: unknown }>(resolve(file));
    exported = await (typeof module.default === "function" ? (module.default as () => unknown)() : module.default);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (exported === undefined) {
    throw new ConfigError(`The app file ${file} exports no app.`, {
      code: "APP_MODULE_UNREADABLE",
      hint: "Write `export default defineApp({ … })` in it, as docs/app-file.md shows.",
      file,
    });
  }
  return parseAppModule(exported, file);
}

function unreadable(file: string, cause: unknown): MesosUpError {
  if (cause instanceof MesosUpError) return cause;
  const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]?.replace(/\.$/, "") ?? "";
  return new ConfigError(`The app file ${file} cannot be loaded: ${reason}.`, {
    code: "APP_MODULE_UNREADABLE",
    hint: "Correct the module; `node --check` or your editor says more, and --debug shows where it failed.",
    file,
    cause,
  });
}
