// The project's own cluster, set up as the recorded one was: one ZooKeeper, one master, one agent.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerRuntime } from "../../src/backends/local/container-runtime.ts";
import { findLocalPrograms } from "../../src/backends/local/find-local-programs.ts";
import { nginxReference } from "../../src/backends/local/images/index.ts";
import { createLocalBackend } from "../../src/backends/local/local-backend.ts";
import { offerImage, takeImage } from "../../src/backends/local/prepare-image.ts";
import { defaultClusterSpec, type ClusterSpec } from "../../src/cluster/spec.ts";
import type { ProgressSink } from "../../src/progress/events.ts";
import { createSteps } from "../../src/progress/steps.ts";
import type { Target } from "./probe/probe.ts";
import { AGENT_ATTRIBUTES, AGENT_RESOURCES } from "./target.ts";

export interface ClusterOptions {
  env: NodeJS.ProcessEnv;
  progress: ProgressSink;
  signal: AbortSignal;
  /** `mesos`: the real one, where the machine has it. */
  engine: "embedded" | "mesos";
  containers: ContainerRuntime | "auto";
}

export interface StartedCluster {
  target: Target;
  /** Last lines of the log of a node: `master-1` or `agent-1`. */
  logTail: (node: string, lines: number) => Promise<string>;
  /** Takes the cluster down and removes its folder. */
  stop: () => Promise<void>;
}

const UP_LIMIT_MS = 120_000;

/** In a folder of its own, on ports that are free. */
export async function startCluster(options: ClusterOptions): Promise<StartedCluster> {
  const { env, progress, signal, containers } = options;
  const root = await mkdtemp(join(tmpdir(), "mesos-up-conformance-"));
  const backend = createLocalBackend({ root, env, containerRuntime: containers, findPrograms: findLocalPrograms });
  const spec = specFor(options.engine);
  const stop = async () => {
    const never = new AbortController().signal;
    await backend.down(spec.name, { progress, signal: never, timeoutMs: UP_LIMIT_MS });
    await rm(root, { recursive: true, force: true });
  };
  try {
    const { plan, endpoints } = await backend.up(spec, { progress, signal, timeoutMs: UP_LIMIT_MS });
    await createSteps({ sink: progress, signal }).step({ id: "image", title: "Image is at hand" }, async (context) => {
      await offerImage(await takeImage(nginxReference, { env, context }), plan, { env, context });
    });
    const [master = "", agent = ""] = [endpoints.masters[0], endpoints.agents[0]?.url];
    const logTail = (node: string, lines: number) => backend.logTail(spec.name, node, lines);
    return { target: { master, agent, image: nginxReference }, logTail, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Flags that a Mesos shows in its state if it was given them, which the recorded one was not. */
const withoutShownFlags = { cluster: undefined, log_dir: undefined };

function specFor(engine: ClusterOptions["engine"]): ClusterSpec {
  const spec = defaultClusterSpec();
  const resources = { attributes: AGENT_ATTRIBUTES, resources: AGENT_RESOURCES };
  return {
    ...spec,
    name: "conformance",
    engine,
    masters: { ...spec.masters, flags: withoutShownFlags },
    agents: spec.agents.map((agent) => ({ ...agent, ...resources, flags: withoutShownFlags })),
  };
}
