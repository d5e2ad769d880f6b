// Where the Dockerfile is that installs a package of Mesos.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackageRecipe } from "../../../cluster/docker/placed-images.ts";
import { MesosUpError } from "../../../errors.ts";

/** @throws MesosUpError DOCKERFILE_MISSING, ARCHITECTURE_UNKNOWN */
export function packageRecipe(architecture: string): PackageRecipe {
  if (architecture !== "amd64" && architecture !== "arm64") throw architectureUnknown(architecture);
  const context = contextFolder(dirname(fileURLToPath(import.meta.url)));
  return { context, dockerfile: readFileSync(join(context, "Dockerfile"), "utf8"), architecture };
}

/** This file runs from src/ under the tests, from dist/ or dist/chunks/ else, where the folder has been copied to. */
function contextFolder(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, "mesos-package"), join(folder, "images/mesos-package")])
      if (existsSync(join(candidate, "Dockerfile"))) return candidate;
    if (folder === dirname(folder)) break;
  }
  throw new MesosUpError("The Dockerfile of the Mesos image (images/mesos-package/Dockerfile) is not there.", {
    code: "DOCKERFILE_MISSING",
    hint: "Install mesos-up again, or name a finished image in the cluster file (images: mesos: …).",
  });
}

function architectureUnknown(architecture: string): MesosUpError {
  return new MesosUpError(`There is no package of Mesos for a daemon on ${architecture}.`, {
    code: "ARCHITECTURE_UNKNOWN",
    hint: "Name an image of Mesos for it in the cluster file (images: mesos: …).",
  });
}
