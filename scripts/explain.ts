// `--explain`: what goes over the wire, on stderr, as it goes.
import type { HttpConnection } from "../src/client/connection.ts";
import { explainer } from "../src/client/explain/explain.ts";
import type { AppSpec } from "../src/scheduler/app-spec.ts";

/** The connection with somebody who prints all of it; values of the apps' secrets are hidden. */
export function explained(connection: HttpConnection, apps: readonly AppSpec[]): HttpConnection {
  const hidden = () => secretsOf(apps);
  const print = (lines: string[]) => process.stderr.write(lines.join("\n") + "\n");
  return { ...connection, watcher: explainer({ print, hidden, nowMs: () => performance.now() }) };
}

/** The values of what the apps take from the environment as secrets. */
export function secretsOf(apps: readonly Pick<AppSpec, "secrets">[]): string[] {
  return apps.flatMap(({ secrets }) => Object.values(secrets).map((name) => process.env[name] ?? ""));
}
