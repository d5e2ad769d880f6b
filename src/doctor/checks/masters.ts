// Masters: each by itself, then who leads, and whether that one can work.
import { isIP } from "node:net";
import type { PlanNode } from "../../cluster/plan-types.ts";
import { ok, unknown, unwell, type Check, type Findings } from "../check.ts";
import { said, valueOf, type Facts, type MasterFacts } from "../facts.ts";
import { bringUp, byHand, restart } from "../remedies.ts";
import { unrecognised, wantsToKnowWhoAsks } from "./credentials.ts";
import { processFindings } from "./processes.ts";

export const masterChecks: Check[] = [
  {
    id: "MS001",
    layer: "masters",
    title: "The process of every master runs",
    run: (facts) =>
      processFindings(facts, "master", (missing, all) =>
        all - missing >= quorumOf(facts) && facts.masters.some(leads) ? "warning" : "failed",
      ),
  },
  {
    id: "MS002",
    layer: "masters",
    title: "Every master answers",
    run: (facts, before) =>
      facts.masters.map((master) => {
        const { name, url, version, metrics } = master;
        if (version.kind === "answered" && metrics.kind === "answered") return ok(`Mesos ${version.value}`, name);
        if (before.isUnwell("MS001", name)) return unknown("MS001", name);
        const silent = version.kind === "answered" ? metrics : version;
        if (wantsToKnowWhoAsks(silent)) return unrecognised(name, `${url}/metrics/snapshot`, silent);
        return unwell(answering(facts) >= quorumOf(facts) ? "warning" : "failed", `does not answer: ${said(silent)}`, {
          subject: name,
          evidence: [`${url}/version: ${said(version)}`, `${url}/metrics/snapshot: ${said(metrics)}`],
          remedy: restart(facts, name) ?? byHand(`Look at the log of the master at ${url}`),
        });
      }),
  },
  {
    id: "MS003",
    layer: "masters",
    title: "Exactly one master leads",
    run(facts, before) {
      const leading = facts.masters.filter(leads);
      if (leading.length === 1) return [ok(`${leading[0]?.name ?? ""} leads`)];
      const evidence = facts.masters.map(({ name, metrics }) => {
        const elected = valueOf(metrics)?.["master/elected"];
        return `${name}: master/elected ${elected ?? `not to be had (${said(metrics)})`}`;
      });
      if (leading.length > 1) {
        const [rightful] = valueOf(facts.elected) ?? [];
        if (rightful !== undefined) evidence.push(`ZooKeeper: ${rightful} leads`);
        // Whoever leads by ZooKeeper's word stays; where that is not to be had, the first.
        const entitled = leading.find(({ url }) => rightful !== undefined && isSamePlace(url, rightful)) ?? leading[0];
        const other = leading.find((master) => master !== entitled);
        const names = leading.map(({ name }) => name).join(" and ");
        const remedy = other && restart(facts, other.name);
        return [unwell("failed", `${names} both say that they lead`, { evidence, remedy })];
      }
      const earlier = before.trouble(["ZK001", "ZK002", "ZK003", "MS001", "MS002"]);
      if (earlier !== undefined) return [unknown(earlier)];
      const candidates = valueOf(facts.elected);
      if (candidates !== undefined) evidence.push(`ZooKeeper holds ${candidates.length} candidates`);
      return [unwell("failed", "no master leads", { evidence, remedy: bringUp(facts) })];
    },
  },
  {
    id: "MS004",
    layer: "masters",
    title: "ZooKeeper and all masters agree on who leads",
    run(facts, before) {
      const leader = facts.masters.find(leads);
      if (leader === undefined || before.trouble(["MS003"])) return [unknown(leaderlessBecause(before))];
      const elected = valueOf(facts.elected);
      const others = [
        ...(elected === undefined ? [] : [{ name: "ZooKeeper", leader: elected[0] }]),
        ...facts.masters.flatMap(({ name, leader: answer }) =>
          answer.kind === "answered" ? [{ name, leader: answer.value }] : [],
        ),
      ];
      const otherwise = others.filter((one) => one.leader === undefined || !isSamePlace(one.leader, leader.url));
      if (otherwise.length === 0) return [ok(`all name ${leader.url}`)];
      return [
        unwell(
          "failed",
          `${leader.name} leads, but not by the word of ${otherwise.map(({ name }) => name).join(", ")}`,
          {
            evidence: others.map((one) => `${one.name}: ${one.leader ?? "nobody leads"}`),
            remedy: restart(facts, leader.name),
          },
        ),
      ];
    },
  },
  {
    id: "MS005",
    layer: "masters",
    title: "A quorum of masters runs, and the leading one has recovered its registry",
    run(facts, before) {
      const leader = facts.masters.find(leads);
      if (leader === undefined || before.trouble(["MS003"])) return [unknown(leaderlessBecause(before))];
      const recovered = valueOf(leader.metrics)?.["registrar/log/recovered"];
      const refusal = unrecovered(facts);
      if (recovered !== 0 && refusal === undefined)
        return [ok(`${answering(facts)} of ${facts.masters.length} answer, ${quorumOf(facts)} have to`)];
      return [
        unwell("failed", `${leader.name} has not recovered its registry: it hears no frameworks and no agents`, {
          evidence: [
            ...(refusal === undefined ? [] : [`${facts.leader?.url ?? ""}: ${refusal}`]),
            `registrar/log/recovered: ${recovered ?? "not to be had"}`,
            `registrar/log/ensemble_size: ${valueOf(leader.metrics)?.["registrar/log/ensemble_size"] ?? "not to be had"}`,
            `${answering(facts)} of ${facts.masters.length} masters answer, a quorum is ${quorumOf(facts)}`,
          ],
          remedy: bringUp(facts),
        }),
      ];
    },
  },
  {
    id: "MS006",
    layer: "masters",
    title: "The leading master accepts frameworks",
    run(facts, before) {
      const subscribes = facts.leader?.subscribes;
      if (subscribes === undefined) return facts.leader === undefined ? [unknown(leaderlessBecause(before))] : [];
      if (subscribes.kind === "answered") return [ok(`SUBSCRIBED after ${Math.round(subscribes.tookMs)} ms`)];
      const earlier = before.trouble(["MS003", "MS005"]);
      if (earlier !== undefined) return [unknown(earlier)];
      const leader = facts.masters.find(leads);
      return [
        unwell("failed", `SUBSCRIBE fails: ${said(subscribes)}`, {
          evidence: [`${facts.leader?.url ?? ""}/api/v1/scheduler: ${said(subscribes)}`],
          remedy: leader && restart(facts, leader.name),
        }),
      ];
    },
  },
];

export function leads({ metrics }: MasterFacts): boolean {
  return valueOf(metrics)?.["master/elected"] === 1;
}

/** In its own words: its log may have recovered before, and its registry not, for want of a quorum. */
function unrecovered({ leader }: Facts): string | undefined {
  if (leader === undefined) return undefined;
  const { agents, tasks, subscribes } = leader;
  const answers = [subscribes, agents, tasks].filter((answer) => answer !== undefined);
  return answers.map(said).find((words) => words.includes("has not finished recovery"));
}

/** Which finding leaves it open who leads. */
export function leaderlessBecause(before: Findings): string {
  return before.trouble(["ZK001", "ZK002", "ZK003", "MS001", "MS002"]) ?? "MS003";
}

function answering({ masters }: Facts): number {
  return masters.filter(({ metrics }) => metrics.kind === "answered").length;
}

/** As their --quorum says; where that is not to be had, more than half of those that are known. */
export function quorumOf({ plan, masters }: Facts): number {
  const node = plan?.nodes.find(({ kind }) => kind === "master");
  const leader = masters.find(leads);
  const flag = (node && flagOf(node, "quorum")) ?? (leader && valueOf(leader.flags)?.["quorum"]);
  return flag === undefined ? Math.floor(masters.length / 2) + 1 : Number(flag);
}

/** A flag as a node's command line sets it. */
export function flagOf({ args }: PlanNode, flag: string): string | undefined {
  const prefix = `--${flag}=`;
  return args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}

/** A master may be named by an address in one place and by a name in another: then its port has to do. */
export function isSamePlace(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.port === b.port && (a.hostname === b.hostname || isIP(a.hostname) === 0 || isIP(b.hostname) === 0);
}
