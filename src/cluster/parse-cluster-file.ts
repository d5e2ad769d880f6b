// A cluster file, or an object of the same form, → ClusterSpec. Brings a YAML parser and a schema library with it: what
// needs only the default cluster takes defaultClusterSpec() instead.
import { checkValue, parseDocument } from "../config/parse-document.ts";
import type { DocumentKind } from "../config/parse-document.ts";
import { clusterSchema } from "./cluster-schema.ts";
import { crossChecks } from "./cross-checks.ts";
import type { ClusterSpec } from "./spec.ts";

/** What shares a machine depends on the backend, and that may have been given apart from the file. */
interface Reading {
  /** Counts instead of the file's in the checks; the spec keeps the file's. */
  backend?: ClusterSpec["backend"] | undefined;
}

/**
 * Reads the text (YAML or JSON) of a cluster file; `file` is its name, for the error.
 * @throws ConfigError CLUSTER_FILE_INVALID with every problem and its line.
 */
export function parseClusterFile(text: string, file: string, { backend }: Reading = {}): ClusterSpec {
  return parseDocument(text, file, clusterFile(backend));
}

/**
 * The same for a value of a cluster file's form, `{}` and `{ agents: 2 }` included. A ClusterSpec comes out as it went in.
 * @throws ConfigError CLUSTER_FILE_INVALID with every problem.
 */
export function parseClusterObject(value: unknown): ClusterSpec {
  return checkValue(value, { ...clusterFile(undefined), what: "cluster description" });
}

function clusterFile(backend: ClusterSpec["backend"] | undefined): DocumentKind<ClusterSpec> {
  return {
    what: "cluster file",
    code: "CLUSTER_FILE_INVALID",
    hint: "Correct what is named, docs/cluster-file.md tells every field.",
    schema: clusterSchema,
    check: (written) => crossChecks(written, backend),
  };
}
