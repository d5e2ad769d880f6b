// From facts to findings, and from findings to the one that the others follow from. Pure.
import { Findings, type Check } from "./check.ts";
import { agentChecks } from "./checks/agents.ts";
import { appChecks } from "./checks/apps.ts";
import { leftoverChecks } from "./checks/leftovers.ts";
import { machineChecks } from "./checks/machine.ts";
import { masterGroupChecks } from "./checks/master-group.ts";
import { masterChecks } from "./checks/masters.ts";
import { portChecks } from "./checks/ports.ts";
import { runtimeChecks } from "./checks/runtime.ts";
import { taskChecks } from "./checks/tasks.ts";
import { zookeeperChecks } from "./checks/zookeeper.ts";
import type { Facts } from "./facts.ts";
import type { Diagnosis, Finding } from "./finding.ts";

/** In the order in which one depends on another. */
export const CHECKS: readonly Check[] = [
  ...machineChecks,
  ...runtimeChecks,
  ...portChecks,
  ...zookeeperChecks,
  ...masterChecks,
  ...masterGroupChecks,
  ...agentChecks,
  ...taskChecks,
  ...appChecks,
  ...leftoverChecks,
];

export function diagnose(facts: Facts): Diagnosis {
  const findings = new Findings();
  for (const check of CHECKS) {
    // Of a cluster of which nothing but its name can be read, there is nothing else to say.
    if (facts.damage !== undefined && findings.trouble(["MC006"]) !== undefined) break;
    const { id, layer } = check;
    findings.add(check.run(facts, findings).map((finding) => ({ id, layer, ...finding })));
  }
  const rootCause = firstOf(findings.all, "failed") ?? firstOf(findings.all, "warning");
  return {
    level: rootCause === undefined ? "ok" : (rootCause.level as "warning" | "failed"),
    ...(rootCause === undefined ? {} : { rootCause }),
    findings: findings.all,
  };
}

function firstOf(findings: Finding[], level: Finding["level"]): Finding | undefined {
  return findings.find((finding) => finding.level === level);
}
