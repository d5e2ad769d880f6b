// `mesos-up plan`: what would be brought up, or is: every process with its address, ports, folders and command line, as JSON.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clusterFolder, keepOutOfGit, lockCluster } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord, requireReadable } from "../src/backends/state/cluster-record.ts";
import type { ClusterPlan, Placement } from "../src/cluster/plan-types.ts";
import { plan as planOf } from "../src/cluster/plan.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";
import { runAtTheEdge } from "./edge.ts";
import { readClusterSpec, type CommonOptions } from "./options.ts";

/** For Vagrant the plan is also written to the cluster's folder, where the Vagrantfile reads it. */
export function plan(options: CommonOptions): Promise<never> {
  return runAtTheEdge(options, async () => {
    const spec = await readClusterSpec(options);
    const folder = clusterFolder(process.cwd(), spec.name);
    const record = requireReadable(readClusterRecord(folder), spec.name);
    const placement = record?.backend === spec.backend ? record.placement : await placementOf(spec, folder, options);
    const made = planOf(spec, placement);
    if (made.vagrant !== undefined && record === undefined) await writeForVagrant(made, folder);
    return { json: made, text: JSON.stringify(made, null, 2) };
  });
}

/** Where a cluster would be put that is not there yet; nothing is made, fetched or claimed for it. */
async function placementOf(spec: ClusterSpec, folder: string, { provider }: CommonOptions): Promise<Placement> {
  switch (spec.backend) {
    case "local":
      return await localPlacement(folder);
    case "docker":
      return await dockerPlacement(spec, folder);
    case "vagrant": {
      const [{ chooseProvider }, { vagrantPlacement }] = await Promise.all([
        import("../src/backends/vagrant/choose-provider.ts"),
        import("../src/backends/vagrant/placement.ts"),
      ]);
      const chosen = await chooseProvider(provider ?? spec.vagrant?.provider, process.env);
      return vagrantPlacement(spec, { folder, provider: chosen, env: process.env });
    }
  }
}

async function localPlacement(stateDirectory: string): Promise<Placement> {
  const [{ chooseContainerRuntime }, { findProgram }, { defaultCacheDirectory }] = await Promise.all([
    import("../src/backends/local/container-runtime.ts"),
    import("../src/backends/find-program.ts"),
    import("../src/backends/local/kit/index.ts"),
  ]);
  const runtime = await chooseContainerRuntime("auto", process.env);
  const containerProgram = runtime === "runc" ? (findProgram("runc", process.env) ?? "runc") : runtime;
  return { stateDirectory, slot: 0, containerProgram, imageStore: join(defaultCacheDirectory(process.env), "images") };
}

async function dockerPlacement(spec: ClusterSpec, stateDirectory: string): Promise<Placement> {
  const { defaultDockerPlacement } = await import("../src/cluster/docker/default-placement.ts");
  const context = packageFolder();
  return defaultDockerPlacement(spec, {
    stateDirectory,
    desktop: process.platform !== "linux",
    recipe: {
      context,
      dockerfile: readFileSync(join(context, "Dockerfile"), "utf8"),
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
    },
  });
}

/** This file runs from scripts/ under the tests, from dist/ or dist/chunks/ else. */
function packageFolder(): string {
  const places = ["../src/backends/docker/images/mesos-package", "images/mesos-package", "../images/mesos-package"];
  for (const place of places) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    try {
      readFileSync(join(folder, "Dockerfile"));
      return folder;
    } catch {
      // The next one.
    }
  }
  throw new MesosUpError("The Dockerfile that Mesos's package is built into an image with is not there.", {
    code: "PACKAGE_INCOMPLETE",
    hint: "Install mesos-up again.",
  });
}

async function writeForVagrant(made: ClusterPlan, folder: string): Promise<void> {
  const { machineFolder, writePlanFile } = await import("../src/backends/vagrant/machine-folder.ts");
  const lock = await lockCluster(folder, made.name);
  try {
    keepOutOfGit(folder);
    writePlanFile(made, machineFolder(folder).planFile);
  } finally {
    lock.release();
  }
}
