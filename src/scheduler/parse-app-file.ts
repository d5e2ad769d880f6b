// An app file, or an object of the same form, → AppSpec. Brings a YAML parser and a schema library with it: the demo's
// nginx is made without them, by nginxApp().
import { checkValue, parseDocument } from "../config/parse-document.ts";
import type { DocumentIssue, DocumentKind } from "../config/parse-document.ts";
import { appSchema } from "./app-schema.ts";
import type { AppSpec } from "./app-spec.ts";

const appFile: DocumentKind<AppSpec> = {
  what: "app file",
  code: "APP_FILE_INVALID",
  hint: "Correct what is named, docs/app-file.md tells every field.",
  schema: appSchema,
  check: crossChecks,
};

/**
 * Reads the text (YAML or JSON) of an app file; `file` is its name, for the error.
 * @throws ConfigError APP_FILE_INVALID with every problem and its line.
 */
export function parseAppFile(text: string, file: string): AppSpec {
  return parseDocument(text, file, appFile);
}

/**
 * The same for a value of an app file's form. An AppSpec comes out as it went in.
 * @throws ConfigError APP_FILE_INVALID with every problem.
 */
export function parseAppObject(value: unknown): AppSpec {
  return checkValue(value, { ...appFile, what: "app description" });
}

/** What must hold between the fields, of which anything may be wrong. */
function crossChecks(written: unknown): DocumentIssue[] {
  const app = (typeof written === "object" && written !== null ? written : {}) as Record<string, unknown>;
  const issues: DocumentIssue[] = [];
  const refuse = (path: PropertyKey[], message: string) => void issues.push({ path, message, at: "value" });
  if (app["image"] === undefined && app["command"] === undefined) refuse([], "must have an image or a command");
  if (app["network"] === "bridge" && app["image"] === undefined) refuse(["network"], "needs an image to be bridge");
  if (app["network"] === "bridge" && app["containerizer"] === "mesos") {
    refuse(["network"], "cannot be bridge with the mesos containerizer; use host");
  }
  const ports = Array.isArray(app["ports"]) ? app["ports"] : [];
  const verify = app["verify"] as { port?: unknown } | undefined | null;
  if (typeof verify === "object" && verify !== null) {
    const port = verify.port ?? 0;
    if (ports.length === 0) refuse(["verify"], "needs a port to ask; name one in ports");
    else if (typeof port === "number" && port >= ports.length) refuse(["verify", "port"], "is not one of ports");
  }
  return [...issues, ...portsGivenTwice(ports)];
}

function portsGivenTwice(ports: unknown[]): DocumentIssue[] {
  const hosts = ports.map((port) =>
    typeof port === "object" && port !== null ? (port as { host?: unknown }).host : undefined,
  );
  return hosts.flatMap((host, i) =>
    typeof host === "number" && hosts.indexOf(host) !== i
      ? [{ path: ["ports", i, "host"], message: `is ${host}, which another port has already`, at: "value" as const }]
      : [],
  );
}
