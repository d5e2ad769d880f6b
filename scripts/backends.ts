// The backend by its name.
import type { ListingBackend } from "../src/backends/backend.ts";
import type { LocalOptions } from "../src/backends/local/local-options.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";

/** @throws MesosUpError BACKEND_NOT_BUILT */
export async function backendFor(
  spec: Pick<ClusterSpec, "backend">,
  options: { containers?: string | undefined } = {},
): Promise<ListingBackend> {
  if (spec.backend === "docker") return await dockerBackend();
  if (spec.backend !== "local")
    throw new MesosUpError(`The ${spec.backend} backend is not built yet.`, {
      code: "BACKEND_NOT_BUILT",
      hint: "Use --backend local, which needs nothing installed.",
    });
  const { createLocalBackend } = await import("../src/backends/local/local-backend.ts");
  const { findLocalPrograms } = await import("../src/backends/local/find-local-programs.ts");
  return createLocalBackend({
    root: process.cwd(),
    env: process.env,
    containerRuntime: options.containers as LocalOptions["containerRuntime"],
    findPrograms: findLocalPrograms,
  });
}

async function dockerBackend(): Promise<ListingBackend> {
  const { createDockerBackend } = await import("../src/backends/docker/docker-backend.ts");
  return createDockerBackend({
    root: process.cwd(),
    env: process.env,
    // Loaded while Docker and Terraform are asked for: it takes as long as they do.
    synthesize: async (plan, how) => (await import("../stacks/synthesize.ts")).synthesize(plan, how),
  });
}
