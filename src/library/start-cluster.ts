// A cluster on this machine for the length of a test or of a script.
import { mkdtemp, realpath, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerRuntime } from "../backends/local/container-runtime.ts";
import type { ClusterSpec } from "../cluster/spec.ts";
import type { ProgressSink } from "../progress/events.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterDescription } from "./descriptions.ts";

const DEFAULT_TIMEOUT_MS = 120_000;

export interface StartClusterOptions extends ClusterDescription {
  /** A cluster that is described already, as by parseClusterFile. The fields of a description are not looked at then. */
  spec?: ClusterSpec;
  /** The cluster lies in `.mesos-up/<name>` below it. Default: a temporary folder, which goes when the cluster stops. */
  directory?: string;
  /** What runs containers. Default: what works on this machine. */
  containerRuntime?: ContainerRuntime | "auto";
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Until it is ready. Default: two minutes. */
  timeoutMs?: number;
  /** Aborting it gives up the start, and takes back what was done. */
  signal?: AbortSignal;
  /** Hears the steps of the start and of the stop. */
  progress?: ProgressSink;
}

/**
 * Starts a cluster and waits until it is ready: its leading master accepts SUBSCRIBE, its agents are active. Any number
 * may run at once, of one process or of many. A cluster outlives a process that does not stop it.
 * @throws ConfigError CLUSTER_FILE_INVALID for a wrong description; whatever Backend.up throws. Then nothing is left.
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  const { spec: described, directory, containerRuntime, env, timeoutMs, signal, progress, ...description } = options;
  const spec = described ?? (await parse(description));
  const temporaryFolder = directory === undefined ? await mkdtemp(join(tmpdir(), "mesos-up-")) : undefined;
  try {
    return await start(spec, {
      root: await realpath(directory ?? temporaryFolder ?? "."),
      temporaryFolder,
      containerRuntime,
      // eslint-disable-next-line no-restricted-properties -- The library's edge, where defaults come in.
      env: env ?? process.env,
      limits: {
        progress: progress ?? { emit: () => undefined },
        signal: signal ?? new AbortController().signal,
        timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
      },
    });
  } catch (error) {
    // Not empty where something could not be removed: then it is what `down` goes by.
    if (temporaryFolder !== undefined) await rmdir(temporaryFolder).catch(() => undefined);
    throw error;
  }
}

interface StartOptions {
  root: string;
  temporaryFolder: string | undefined;
  containerRuntime: ContainerRuntime | "auto" | undefined;
  env: NodeJS.ProcessEnv;
  limits: { progress: ProgressSink; signal: AbortSignal; timeoutMs: number };
}

async function start(spec: ClusterSpec, options: StartOptions): Promise<Cluster> {
  const { root, temporaryFolder, containerRuntime, env, limits } = options;
  const [{ createLocalBackend }, { findLocalPrograms: findPrograms }] = await Promise.all([
    import("../backends/local/local-backend.ts"),
    import("../backends/local/find-local-programs.ts"),
  ]);
  const backend = createLocalBackend({ root, env, containerRuntime, findPrograms });
  const [{ Cluster }, { plan, endpoints }] = await Promise.all([import("./cluster.ts"), backend.up(spec, limits)]);
  return new Cluster({ plan, endpoints, backend, env, temporaryFolder, limits });
}

async function parse(description: ClusterDescription): Promise<ClusterSpec> {
  const { parseClusterObject } = await import("../cluster/parse-cluster-file.ts");
  return parseClusterObject({ ...description, backend: "local" });
}
