// The catalogue of faults on a cluster in Docker, where they differ: what its containers, its daemon and its images suffer.
import { describe } from "vitest";
import { dockerAnswers } from "../e2e/support/docker.ts";
import { terraformProvider } from "../support/terraform-provider.ts";
import { catalogue } from "./catalogue.ts";
import { containerFaults } from "./docker/containers.ts";
import { daemonFaults } from "./docker/daemon.ts";

describe.skipIf(!dockerAnswers)("a cluster in Docker", () => {
  catalogue({
    title: "Faults of a cluster in Docker",
    file: "backend: docker\nengine: embedded\n",
    options: [],
    workplace: dockerAnswers ? { env: terraformProvider().env } : {},
    faults: [...daemonFaults, ...containerFaults],
  });
});
