// The machine that the cluster runs on.
import { ok, unwell, type Check } from "../check.ts";
import { said, type Facts } from "../facts.ts";
import type { Remedy } from "../finding.ts";
import { byHand, rebuild, renew, restart } from "../remedies.ts";

const MEBIBYTE = 1024 * 1024;
const MEMORY_SHORT_BYTES = 256 * MEBIBYTE;
const DISK_SHORT_BYTES = 512 * MEBIBYTE;
const DISK_FULL_BYTES = 16 * MEBIBYTE;
/** ZooKeeper's sessions and Mesos's time limits count in seconds; below this nothing has been seen to suffer. */
const SKEW_MS = 5_000;

export const machineChecks: Check[] = [
  {
    id: "MC001",
    layer: "machine",
    title: "The cluster's folder may be written to",
    run({ machine, plan }) {
      if (machine === undefined || plan === undefined) return [];
      if (machine.folderWritable) return [ok(plan.stateDirectory)];
      return [
        unwell("failed", `${plan.stateDirectory} may not be written to`, {
          evidence: [`access(2) with W_OK is refused`],
          remedy: byHand(`Give yourself the permission to write to ${plan.stateDirectory}`),
        }),
      ];
    },
  },
  {
    id: "MC002",
    layer: "machine",
    title: `At least ${MEMORY_SHORT_BYTES / MEBIBYTE} MiB of memory are left`,
    run({ machine }) {
      if (machine === undefined) return [];
      const left = `${mebibytes(machine.memoryAvailableBytes)} left, ${machine.cpus} processors`;
      if (machine.memoryAvailableBytes >= MEMORY_SHORT_BYTES) return [ok(left)];
      return [
        unwell("warning", left, { evidence: ["/proc/meminfo: MemAvailable"], remedy: byHand("End what uses much") }),
      ];
    },
  },
  {
    id: "MC003",
    layer: "machine",
    title: `At least ${DISK_SHORT_BYTES / MEBIBYTE} MiB are left on the disk of the cluster's folder`,
    run({ machine, plan }) {
      if (machine === undefined || plan === undefined) return [];
      const { diskFreeBytes, diskTotalBytes } = machine;
      const left = `${mebibytes(diskFreeBytes)} of ${mebibytes(diskTotalBytes)} left`;
      if (diskFreeBytes >= DISK_SHORT_BYTES) return [ok(left)];
      return [
        unwell(diskFreeBytes < DISK_FULL_BYTES ? "failed" : "warning", left, {
          evidence: [`statfs(2) of ${plan.stateDirectory}`],
          remedy: byHand(`Make room on the disk of ${plan.stateDirectory}`),
        }),
      ];
    },
  },
  {
    id: "MC004",
    layer: "machine",
    title: "What runs containers answers",
    run({ machine }) {
      const runtime = machine?.containerRuntime;
      if (runtime === undefined) return [];
      const { program, version } = runtime;
      if (version.kind === "answered") return [ok(`${program}: ${version.value}`)];
      return [
        unwell("failed", `${program} does not answer: ${said(version)}`, {
          evidence: [`${program}: ${said(version)}`],
          remedy: byHand(
            /permission denied|EACCES/i.test(said(version))
              ? "Join the group that may use the socket (sudo usermod -aG docker $USER), then log in again"
              : `Start what ${program} needs (systemctl start docker), or install it again`,
          ),
        }),
      ];
    },
  },
  {
    id: "MC005",
    layer: "machine",
    title: "The clocks of all parts agree",
    run: ({ clocks }) =>
      clocks.map(({ name, skewMs }) =>
        Math.abs(skewMs) < SKEW_MS
          ? ok("agrees with this machine's", name)
          : unwell(
              "warning",
              `its clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs < 0 ? "behind" : "ahead"}`,
              {
                subject: name,
                evidence: ["the Date header of its HTTP answer against this machine's clock"],
                remedy: byHand("Have both machines' clocks set by NTP"),
              },
            ),
      ),
  },
  {
    id: "MC006",
    layer: "machine",
    title: "What is written down of the cluster can be read",
    run({ cluster, damage, plan }) {
      if (cluster === undefined) return [];
      if (damage === undefined) return [ok(`${plan?.stateDirectory ?? ""}/cluster.json`)];
      const evidence = [
        damage,
        "what it was is known to its file alone: --cluster FILE, or it is built as the default",
      ];
      return [unwell("failed", "the cluster's record is damaged", { evidence, remedy: rebuild(cluster) })];
    },
  },
  {
    id: "MC007",
    layer: "machine",
    title: "The folders of every node are there and may be written to",
    run: (facts) =>
      facts.folders.map(({ node, path, state }) => {
        if (state === "writable") return ok(path, node);
        if (state === "missing" && facts.nodes.some(({ name, state: now }) => name === node && now === "absent")) {
          return ok(`${path} comes with its start`, node);
        }
        return unwell("failed", state === "missing" ? `${path} is gone` : `may not write to ${path}`, {
          subject: node,
          evidence: [state === "missing" ? "stat(2): no such folder" : "access(2) with W_OK is refused"],
          remedy:
            state === "missing"
              ? makeAnew(facts, node, path)
              : byHand(`Give back the permission to write to ${path}, then run npx mesos-up restart ${node}`),
        });
      }),
  },
];

/** A start makes the folders. What an agent knew of its tasks lay in its work folder alone. */
function makeAnew(facts: Facts, name: string, path: string): Remedy | undefined {
  const node = facts.plan?.nodes.find((one) => one.name === name);
  if (node?.kind !== "agent" || path !== node.directories.work) return restart(facts, name);
  return renew(facts, name, { losesTasks: true });
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MEBIBYTE)} MiB`;
}
