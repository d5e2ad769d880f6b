// Secrets of apps: values out of the scheduler's environment, looked up when a task is launched and stored nowhere.
import { ConfigError } from "../errors.ts";
import type { AppSpec } from "./app-spec.ts";

/**
 * The values of an app's secrets by the names of the variables that they come from.
 * @throws ConfigError SECRET_MISSING with every one that is not there.
 */
export function requireSecrets(
  app: AppSpec,
  env: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const missing = Object.entries(app.secrets).filter(([, from]) => env[from] === undefined);
  if (missing.length > 0)
    throw new ConfigError(`The app ${app.name} has secrets that are not there.`, {
      code: "SECRET_MISSING",
      hint: "Set these environment variables for the scheduler.",
      issues: missing.map(([name, from]) => ({
        path: `secrets.${name}`,
        message: `the environment variable ${from} is not set`,
      })),
    });
  return Object.fromEntries(Object.values(app.secrets).map((from) => [from, env[from] ?? ""]));
}
