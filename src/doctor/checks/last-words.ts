// What programs say before they end, as a real Mesos and ZooKeeper were seen to say it, and what it means.
import { nodesOf, type Facts, type NodeFacts } from "../facts.ts";
import type { Remedy } from "../finding.ts";
import { bringUp, byHand, renew } from "../remedies.ts";

interface Words {
  said: RegExp;
  meaning: string;
  /** Absent: to start it again is the remedy. */
  remedy?: (facts: Facts, node: NodeFacts) => Remedy | undefined;
}

const WORDS: readonly Words[] = [
  {
    said: /Incompatible agent info detected|Configuration change not permitted/,
    meaning: "its attributes or resources are others than those that its work folder was begun with",
    remedy: (facts, { name }) =>
      renew(facts, name, { losesTasks: true }) ?? {
        ...byHand(
          "Put back the former attributes and resources, or let it begin anew by removing meta/slaves/latest in its work folder, which ends its tasks",
        ),
        losesTasks: true,
      },
  },
  {
    said: /Failed to perform recovery: .*possible corruption/,
    meaning: "what it had noted of itself and its tasks cannot be read",
    remedy: (facts, { name }) =>
      renew(facts, name, { losesTasks: true }) ?? {
        ...byHand(
          "Let it begin anew by removing the file that it names, and meta/slaves/latest in its work folder, which ends its tasks",
        ),
        losesTasks: true,
      },
  },
  {
    said: /Failed to (bind|create|initialize).*Address already in use|EADDRINUSE|BindException: Address already in use/,
    meaning: "its port was taken by another program",
    // Whoever has it still is named by MC011, where that is to be seen.
    remedy: (facts, { portHolders }) =>
      portHolders === undefined
        ? byHand("End the program that has the port, then bring the cluster up again")
        : bringUp(facts),
  },
  {
    said: /No space left on device|ENOSPC/,
    meaning: "there is no room left on its disk",
    remedy: () => byHand("Make room on the disk of the cluster's folder, then bring the cluster up again"),
  },
  {
    said: /Permission denied|EACCES|Read-only file system|EROFS/,
    meaning: "it may not write where it has to",
    remedy: () => byHand("Give back the permission to write in the cluster's folder, then bring the cluster up again"),
  },
  {
    said: /Failed to find a mounted cgroups hierarchy for the '\w+' subsystem/,
    meaning: "it needs control groups of version 1, which this machine does not have",
    remedy: () =>
      byHand("Use a Mesos that knows version 2 (clusterd's packages), or boot with systemd.unified_cgroup_hierarchy=0"),
  },
  {
    said: /Insufficient version '[^']*' of Docker/,
    meaning: "Docker is too old for it",
    remedy: () => byHand("Install Docker 1.8.0 or later"),
  },
  {
    said: /Recovery failed: Failed to recover registrar/,
    meaning: "it could not recover its registry in time, for which a quorum of masters has to run",
  },
  {
    said: /Lost leadership|Master disconnected from ZooKeeper|ZooKeeper session .*expired/i,
    meaning: "it lost its leadership, and ends then, as every Mesos master does",
  },
  {
    said: /Received signal SIG(?:TERM|INT) from process/,
    meaning: "somebody told it to (SIGTERM or SIGINT)",
  },
  {
    said: /CRC check failed|Last transaction was partial|Unable to load database on disk|Invalid snapshot|No snapshot found, but there are log entries|invalid magic number/i,
    meaning: "its data cannot be read",
    remedy: (facts, { name }) => {
      // What it knew, the others of its ensemble tell it.
      const losesTasks = nodesOf(facts, "zookeeper").filter(({ state }) => state === "running").length < 2;
      const sentence = "Rebuild the cluster, or remove the data folder of this server where others of its ensemble run";
      return renew(facts, name, { losesTasks }) ?? { ...byHand(sentence), losesTasks };
    },
  },
];

/** What Mesos and ZooKeeper begin with. */
const BEGINNING = /\] Version: \d|Reading configuration from: /;

/** The lines of the last process that wrote to a log: above them, an earlier one tells of its own end. */
export function linesSinceStart(log: string): string[] {
  const lines = log.split("\n");
  return lines.slice(
    Math.max(
      0,
      lines.findLastIndex((line) => BEGINNING.test(line)),
    ),
  );
}

/** The last thing said since the start that means something; undefined where there is nothing of the kind. */
export function lastWords(log: string): (Words & { line: string }) | undefined {
  for (const line of linesSinceStart(log).reverse()) {
    const words = WORDS.find(({ said }) => said.test(line));
    if (words !== undefined) return { ...words, line };
  }
  return undefined;
}
