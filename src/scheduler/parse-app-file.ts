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

/** The same for what a module that is an app file exports; `file` is its name. */
export function parseAppModule(value: unknown, file: string): AppSpec {
  return checkValue(value, appFile, file);
}

/** What must hold between the fields, of which anything may be wrong. */
function crossChecks(written: unknown): DocumentIssue[] {
  const app = asMap(written);
  const issues: DocumentIssue[] = [];
  const refuse = (path: PropertyKey[], message: string) => void issues.push({ path, message, at: "value" });
  if (app["image"] === undefined && app["command"] === undefined) refuse([], "must have an image or a command");
  if (app["network"] === "bridge" && app["image"] === undefined) refuse(["network"], "needs an image to be bridge");
  if (app["network"] === "bridge" && app["containerizer"] === "mesos") {
    refuse(["network"], "cannot be bridge with the mesos containerizer; use host");
  }
  const ports = Array.isArray(app["ports"]) ? app["ports"] : [];
  const health = asMap(app["health"]);
  for (const [path, asked] of [
    [["verify"], app["verify"]],
    [["health", "http"], health["http"]],
    [["health", "tcp"], health["tcp"]],
  ] as const) {
    if (typeof asked !== "object" || asked === null) continue;
    const { port = 0 } = asMap(asked);
    if (ports.length === 0) refuse([...path], "needs a port to ask; name one in ports");
    else if (typeof port === "number" && port >= ports.length) refuse([...path, "port"], "is not one of ports");
  }
  const byDocker = app["image"] !== undefined && app["containerizer"] !== "mesos";
  if (byDocker && Number(app["gpus"] ?? 0) > 0) {
    refuse(["gpus"], "are given by the mesos containerizer alone; say containerizer: mesos");
  }
  const { privileged, force_pull, parameters } = asMap(app["docker"]);
  if (
    !byDocker &&
    (privileged === true || force_pull === true || (Array.isArray(parameters) && parameters.length > 0))
  ) {
    refuse(["docker"], "needs an image that docker runs");
  }
  return [...issues, ...portsGivenTwice(ports)];
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
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
