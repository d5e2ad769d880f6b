// The backend by its name.
import type { ListingBackend } from "../src/backends/backend.ts";
import type { LocalOptions } from "../src/backends/local/local-options.ts";
import type { VagrantBackend } from "../src/backends/vagrant/vagrant-backend.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import type { VagrantProvider } from "../src/cluster/vagrant/vagrant-types.ts";

/** Where clusters are kept, and the user's environment. Default: where the command was called. */
export interface Place {
  root: string;
  env: NodeJS.ProcessEnv;
}

export async function backendFor(
  spec: Pick<ClusterSpec, "backend">,
  options: { containers?: string | undefined; provider?: VagrantProvider | undefined; place?: Place } = {},
): Promise<ListingBackend> {
  const { root, env } = options.place ?? { root: process.cwd(), env: process.env };
  if (spec.backend === "docker") return await dockerBackend({ root, env });
  if (spec.backend === "vagrant") return await vagrantBackend(options.provider);
  const { createLocalBackend } = await import("../src/backends/local/local-backend.ts");
  const { findLocalPrograms } = await import("../src/backends/local/find-local-programs.ts");
  return createLocalBackend({
    root,
    env,
    containerRuntime: options.containers as LocalOptions["containerRuntime"],
    findPrograms: findLocalPrograms,
  });
}

async function dockerBackend({ root, env }: Place): Promise<ListingBackend> {
  const { createDockerBackend } = await import("../src/backends/docker/docker-backend.ts");
  return createDockerBackend({
    root,
    env,
    // Loaded while Docker and Terraform are asked for: it takes as long as they do.
    synthesize: async (plan, how) => (await import("../stacks/synthesize.ts")).synthesize(plan, how),
  });
}

/** With a provider, that one instead of the cluster file's. */
export async function vagrantBackend(provider?: VagrantProvider): Promise<VagrantBackend> {
  const { createVagrantBackend } = await import("../src/backends/vagrant/vagrant-backend.ts");
  return createVagrantBackend({ root: process.cwd(), env: process.env, provider });
}
