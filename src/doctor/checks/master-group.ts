// The masters as a group: the log that they replicate, how they are set up for it, and their places in the election.
import { ok, unknown, unwell, type Check, type Findings } from "../check.ts";
import { said, valueOf, type Facts, type MasterFacts } from "../facts.ts";
import { bringUp, byHand, restart } from "../remedies.ts";
import { flagOf, isSamePlace, leaderlessBecause, leads, quorumOf } from "./masters.ts";

export const masterGroupChecks: Check[] = [
  {
    id: "MS007",
    layer: "masters",
    title: "A quorum of the masters' replicated log is there, and every replica of it has recovered",
    run(facts, before) {
      const leader = facts.masters.find(leads);
      if (leader === undefined) return [unknown(leaderlessBecause(before))];
      const earlier = before.trouble(["MS003", "MS005"]);
      if (earlier !== undefined) return [unknown(earlier)];
      return [ensemble(facts, leader, before), ...unrecovered(facts, leader)].filter((one) => one !== undefined);
    },
  },
  {
    id: "MS008",
    layer: "masters",
    title: "Every master runs with the planned ZooKeeper and with a --quorum of more than half of them",
    run: (facts) =>
      facts.masters.flatMap((master) => {
        const flags = valueOf(master.flags);
        if (flags === undefined) return [];
        const differing = differingFlags(facts, master, flags);
        if (differing.length > 0) {
          return [
            unwell("failed", `runs with other flags than planned: ${differing.map(({ flag }) => flag).join(", ")}`, {
              subject: master.name,
              evidence: differing.map(
                ({ flag, wanted, is }) => `--${flag} is ${is ?? "not set"}, planned ${wanted ?? "not set"}`,
              ),
              remedy: restart(facts, master.name),
            }),
          ];
        }
        const quorum = flags["quorum"];
        if (quorum === undefined || 2 * Number(quorum) > facts.masters.length) {
          return [ok(quorum === undefined ? "the only one: no --quorum" : `--quorum=${quorum}`, master.name)];
        }
        const least = Math.floor(facts.masters.length / 2) + 1;
        return [
          unwell("warning", `has --quorum=${quorum} of ${facts.masters.length} masters: two halves could go on apart`, {
            subject: master.name,
            evidence: [
              `${master.url}/flags: quorum ${quorum}; masters: ${facts.masters.map(({ url }) => url).join(", ")}`,
            ],
            remedy: byHand(`Start every master with --quorum=${least}, one after the other`),
          }),
        ];
      }),
  },
  {
    id: "MS009",
    layer: "masters",
    title: "ZooKeeper holds a node of every master, and of no other",
    run(facts, before) {
      const { elected, masters, plan } = facts;
      if (elected === undefined) return [];
      if (elected.kind !== "answered") {
        const earlier = before.all.find(({ id, level }) => id.startsWith("ZK") && level !== "ok")?.id;
        if (earlier !== undefined) return [unknown(earlier)];
        const evidence = [`the masters' nodes in ZooKeeper: ${said(elected)}`];
        return [unwell("warning", `the masters' nodes cannot be read: ${said(elected)}`, { evidence })];
      }
      const strangers =
        plan === undefined ? [] : elected.value.filter((url) => !masters.some((one) => isSamePlace(one.url, url)));
      return [
        ...masters.map((master) => place(facts, master, { elected: elected.value, before })),
        ...strangers.map((url) =>
          unwell("failed", `ZooKeeper holds a master at ${url}, which is none of this cluster's`, {
            evidence: elected.value.map((one, index) => `${index + 1}. in the election: ${one}`),
            remedy: byHand(`End the master at ${url}, or give it another path in ZooKeeper (--zk)`),
          }),
        ),
      ];
    },
  },
];

const PLANNED_FLAGS = ["zk", "quorum"] as const;

function differingFlags({ plan }: Facts, { name }: MasterFacts, flags: Record<string, string>) {
  const node = plan?.nodes.find((one) => one.name === name);
  if (node === undefined) return [];
  return PLANNED_FLAGS.map((flag) => ({ flag, wanted: flagOf(node, flag), is: flags[flag] })).filter(
    ({ wanted, is }) => wanted !== is,
  );
}

/** How many replicas the leading master sees. With --registry=in_memory there are none, and no such figure. */
function ensemble(facts: Facts, leader: MasterFacts, before: Findings): ReturnType<typeof ok> | undefined {
  const size = valueOf(leader.metrics)?.["registrar/log/ensemble_size"];
  if (size === undefined) return undefined;
  const [quorum, all] = [quorumOf(facts), facts.masters.length];
  const evidence = [`${leader.name}: registrar/log/ensemble_size ${size}`, `a quorum is ${quorum}, masters: ${all}`];
  const result = `${size} of ${all} replicas of the masters' log take part`;
  if (size < quorum) {
    const remedy = bringUp(facts) ?? byHand("Start the masters that are missing");
    return unwell("failed", `${result}: ${quorum} have to, or nothing can be written down`, { evidence, remedy });
  }
  // One that has ended has its finding, and takes no part for that.
  const isExplained = facts.masters.some(
    ({ name }) => before.isUnwell("MS001", name) || before.isUnwell("MS002", name),
  );
  if (size >= all || isExplained) return ok(`${result}, ${quorum} have to`);
  const remedy = byHand(`See which of them does not take part: npx mesos-up logs masters --level W`);
  return unwell("warning", result, { evidence, remedy });
}

/** Followers whose replica could not take over. The leading one's is another check's. */
function unrecovered(facts: Facts, leader: MasterFacts): ReturnType<typeof unwell>[] {
  return facts.masters
    .filter((one) => one !== leader && valueOf(one.metrics)?.["registrar/log/recovered"] === 0)
    .map(({ name, url }) =>
      unwell("warning", "its replica of the masters' log has not recovered: it could not take over", {
        subject: name,
        evidence: [`${url}/metrics/snapshot: registrar/log/recovered 0`],
        remedy: restart(facts, name) ?? byHand(`Look at the log of the master at ${url}`),
      }),
    );
}

function place(
  facts: Facts,
  { name, url, version }: MasterFacts,
  { elected, before }: { elected: string[]; before: Findings },
): ReturnType<typeof ok> {
  const at = elected.findIndex((one) => isSamePlace(one, url));
  if (at >= 0) return ok(`${at + 1}. of ${elected.length} in the election`, name);
  if (version.kind !== "answered") return unknown(before.isUnwell("MS001", name) ? "MS001" : "MS002", name);
  const earlier = before.trouble(["MS004", "MS008"], name);
  if (earlier !== undefined) return unknown(earlier, name);
  return unwell("warning", "has no node in ZooKeeper: it can never lead", {
    subject: name,
    evidence: [`ZooKeeper holds ${elected.length === 0 ? "no master" : elected.join(", ")}`],
    remedy: restart(facts, name) ?? byHand(`Start the master at ${url} anew`),
  });
}
