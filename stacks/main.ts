// The app that the ordinary cdktf command runs (cdktf.json). MESOS_UP_CLUSTER names a cluster file; absent: the default
// cluster. A cluster that is up is synthesized where it is, so that `cdktf diff` shows what its file would change of it.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "cdktf";
import { defaultDockerPlacement } from "../src/cluster/docker/default-placement.ts";
import { parseClusterFile } from "../src/cluster/parse-cluster-file.ts";
import type { Placement } from "../src/cluster/plan-types.ts";
import { plan } from "../src/cluster/plan.ts";
import { defaultClusterSpec, overrideSpec, type ClusterSpec } from "../src/cluster/spec.ts";
import { ClusterStack } from "./cluster-stack.ts";

const file = process.env["MESOS_UP_CLUSTER"];
const read = file === undefined ? defaultClusterSpec() : parseClusterFile(textOf(file), file, { backend: "docker" });
const spec = overrideSpec(read, { backend: "docker" });
const stateDirectory = resolve(".mesos-up", spec.name);

const app = new App({ stackTraces: false });
new ClusterStack(app, { plan: plan(spec, placementOf(spec)) });
app.synth();

/** What the cluster that is up was placed with, or what it would be. */
function placementOf(cluster: ClusterSpec): Placement {
  const record = recordOf(join(stateDirectory, "cluster.json"));
  if (record?.placement?.docker !== undefined) return record.placement;
  const context = fileURLToPath(new URL("../src/backends/docker/images/mesos-package", import.meta.url));
  return defaultDockerPlacement(cluster, {
    stateDirectory,
    desktop: process.platform !== "linux",
    recipe: {
      context,
      dockerfile: textOf(join(context, "Dockerfile")),
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
    },
  });
}

function recordOf(path: string): { placement?: Placement } | undefined {
  try {
    return JSON.parse(textOf(path)) as { placement?: Placement };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function textOf(path: string): string {
  return readFileSync(path, "utf8");
}
