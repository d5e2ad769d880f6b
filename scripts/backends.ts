// The backend by its name.
import type { LocalBackend } from "../src/backends/local/local-backend.ts";
import type { LocalOptions } from "../src/backends/local/local-options.ts";
import type { ClusterSpec } from "../src/cluster/spec.ts";
import { MesosUpError } from "../src/errors.ts";

/** @throws MesosUpError BACKEND_NOT_BUILT */
export async function backendFor(
  spec: Pick<ClusterSpec, "backend">,
  options: { containers?: string | undefined } = {},
): Promise<LocalBackend> {
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
