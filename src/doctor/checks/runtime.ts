// What agents need of the machine that their tasks run on: a runtime that is new enough, control groups, processors.
import { basename } from "node:path";
import { ok, unknown, unwell, type Check } from "../check.ts";
import { valueOf, type CgroupFacts, type Facts } from "../facts.ts";
import { byHand } from "../remedies.ts";
import { flagOf } from "./masters.ts";

/** By src/docker/docker.cpp, Docker::create; by what the embedded engine was tried with. */
const LEAST_VERSIONS: Partial<Record<string, string>> = { docker: "1.8.0", runc: "1.0.0" };

/** From this Docker on, `docker inspect` of an image lacks ContainerConfig, without which Mesos below 1.11 launches none. */
const DOCKER_WITHOUT_CONTAINER_CONFIG = "26.0.0";
const MESOS_WITHOUT_CONTAINER_CONFIG = "1.11.0";

export const runtimeChecks: Check[] = [
  {
    id: "MC008",
    layer: "machine",
    title: "What runs containers is of a version that Mesos can use",
    run(facts, before) {
      const runtime = facts.machine?.containerRuntime;
      if (runtime === undefined) return [];
      const version = valueOf(runtime.version);
      if (version === undefined) return [unknown(before.trouble(["MC004"]) ?? "MC004")];
      const program = basename(runtime.program);
      const own = /\d+\.\d+(?:\.\d+)?/.exec(version)?.[0] ?? version;
      const least = LEAST_VERSIONS[program];
      const evidence = [`${runtime.program}: ${version}`];
      if (least !== undefined && isBefore(own, least)) {
        const remedy = byHand(`Install ${program} ${least} or later`);
        return [unwell("failed", `${program} ${own} is older than ${least}`, { evidence, remedy })];
      }
      const old = program === "docker" && !isBefore(own, DOCKER_WITHOUT_CONTAINER_CONFIG) ? oldAgents(facts) : [];
      if (old.length === 0) return [ok(`${program} ${own}`)];
      return [
        unwell(
          "failed",
          `Docker ${own} does not tell agents before Mesos ${MESOS_WITHOUT_CONTAINER_CONFIG} how images start`,
          {
            evidence: [...evidence, ...old],
            remedy: byHand(
              `Use a Mesos from ${MESOS_WITHOUT_CONTAINER_CONFIG} on that is made for it, or a Docker before 26`,
            ),
          },
        ),
      ];
    },
  },
  {
    id: "MC009",
    layer: "machine",
    title: "The control groups that agents and containers need are there and may be used",
    run(facts) {
      const cgroups = facts.machine?.cgroups;
      if (cgroups === undefined) return [];
      const { version, controllers, writable, notByDocker } = cgroups;
      const there = version === undefined ? "none" : `version ${version}: ${controllers.join(", ")}`;
      const evidence = [`/proc/self/mountinfo: ${there}`];
      const needed = neededControllers(facts);
      const missing = needed.filter((one) => !has(controllers, one, version));
      if (missing.length > 0) {
        const remedy = byHand("Mount them (mount -t cgroup2 none /sys/fs/cgroup), or leave them out of --isolation");
        return [unwell("failed", `agents need ${missing.join(", ")}, and there is ${there}`, { evidence, remedy })];
      }
      const closed = needed.filter((one) => !has(writable, one, version));
      if (closed.length > 0) {
        const remedy = byHand("Run agents as root, or leave cgroups out of --isolation");
        return [unwell("failed", `agents may not make groups for ${closed.join(", ")}`, { evidence, remedy })];
      }
      if (notByDocker.length > 0) {
        return [
          unwell(
            "warning",
            `Docker cannot limit ${notByDocker.join(" and ")}: tasks may take more than they were given`,
            {
              evidence: notByDocker.map((one) => `docker info: no limit of ${one}`),
              remedy: byHand("Have the kernel switch it on (cgroup_enable=memory swapaccount=1), then restart Docker"),
            },
          ),
        ];
      }
      return [ok(writable.length === 0 ? `${there}; limits of containers are not enforced` : there)];
    },
  },
  {
    id: "MC010",
    layer: "machine",
    title: "At least one whole processor may be used",
    run({ machine }) {
      if (machine === undefined) return [];
      const { cpus, processorQuota: quota } = machine;
      if (quota === undefined || quota >= 1) return [ok(`${quota ?? cpus} of ${cpus}`)];
      return [
        unwell("warning", `only ${quota} of a processor may be used: all parts of the cluster share that`, {
          evidence: [`cgroup of this process: ${quota} processors; the machine has ${cpus}`],
          remedy: byHand("Give the container or service that this runs in more processors"),
        }),
      ];
    },
  },
];

/** Agents too old for what Docker tells, for the evidence. */
function oldAgents({ agents }: Facts): string[] {
  return agents.flatMap(({ name, state }) => {
    const version = valueOf(state)?.version;
    return version !== undefined && isBefore(version, MESOS_WITHOUT_CONTAINER_CONFIG) ? [`${name}: ${version}`] : [];
  });
}

function isBefore(version: string, other: string): boolean {
  const [own, others] = [version, other].map((one) => one.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    const difference = (own?.[index] ?? 0) - (others?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** What isolators of that name use (docs/isolators/cgroups-*.md), by the names of version 1. */
const ISOLATED: Record<string, string[]> = {
  "cgroups/cpu": ["cpu"],
  "cgroups/mem": ["memory"],
  "cgroups/blkio": ["blkio"],
  "cgroups/cpuset": ["cpuset"],
  "cgroups/devices": ["devices"],
  "cgroups/hugetlb": ["hugetlb"],
  "cgroups/net_cls": ["net_cls"],
  "cgroups/perf_event": ["perf_event"],
  "cgroups/pids": ["pids"],
};

function neededControllers({ plan }: Facts): string[] {
  const agents = plan?.nodes.filter(({ kind }) => kind === "agent") ?? [];
  const isolation = agents.flatMap((node) => (flagOf(node, "isolation") ?? "").split(","));
  return [...new Set(isolation.flatMap((one) => ISOLATED[one] ?? []))];
}

/** In version 2 blkio is called io, and devices and perf_event are no controllers any more. */
function has(controllers: string[], name: string, version: CgroupFacts["version"]): boolean {
  if (version !== 2) return controllers.includes(name);
  if (name === "devices" || name === "perf_event") return true;
  return controllers.includes(name === "blkio" ? "io" : name);
}
