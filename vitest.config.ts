import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { temporaryFolder } from "./test/temporary-folder.ts";

/** The files that take longest, in the order of that: one that were begun last would be waited for alone. */
const LONGEST = [
  "lifecycle",
  "vagrant",
  "local",
  "faults",
  "docker",
  "conformance",
  "ensemble",
  "simulation",
  "vagrantfile",
];

/** What is polled for in a test comes sooner than this also on a machine that has much else to do. */
const POLL = { timeout: 60_000, interval: 20 };

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(basename(moduleId, ".test.ts"));
      return place === -1 ? LONGEST.length : place;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

// Two projects, one after the other: `unit` needs nothing but node; `e2e` bundles the programs and starts real clusters.
// Of each, three files run at once, on two processors, since most of them wait most of the time. Files of e2e may meet on one machine since each
// works in a folder of its own, looks only at what is known to be of that folder's clusters (processes, mounts, cgroups,
// devices, containers), and leaves the ports to the product or to the kernel: none asks for a default port.
export default defineConfig({
  test: {
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/faults/**"],
          globalSetup: ["test/temporary-folder.ts"],
          env: { TMPDIR: temporaryFolder },
          // Some start real programs: Vagrant takes five seconds to look at a plan, and many times that on a busy machine.
          testTimeout: 120_000,
          expect: { poll: POLL },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/faults/**/*.test.ts"],
          globalSetup: ["test/build-programs.ts"],
          testTimeout: 180_000,
          expect: { poll: POLL },
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
