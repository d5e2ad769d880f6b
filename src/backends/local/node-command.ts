// How a node of the plan is started on this machine: the program that was found for it, with the plan's arguments.
import type { PlanNode } from "../../cluster/plan-types.ts";
import type { Program } from "./engine-programs.ts";
import type { LocalPrograms } from "./local-programs.ts";
import { ownerEnvironment } from "./processes/ownership.ts";
import type { NodeCommand } from "./processes/spawn-node.ts";

export interface NodeCommandContext {
  programs: LocalPrograms;
  /** The environment that the user has. */
  env: NodeJS.ProcessEnv;
  /** The cluster's token and folder. */
  owner: string;
  folder: string;
}

export function nodeCommand(node: PlanNode, { programs, env, owner, folder }: NodeCommandContext): NodeCommand {
  const program = programOf(node, programs);
  const planned = node.program === "zookeeper" ? [] : node.args;
  return {
    file: program.file,
    args: [...program.args, ...planned],
    env: {
      ...inheritedEnvironment(env),
      PATH: [...programs.programFolders, env["PATH"] ?? ""].join(":"),
      ...program.env,
      ...ownerEnvironment(owner, folder),
    },
  };
}

function programOf(node: PlanNode, { engine, zookeeper }: LocalPrograms): Program {
  switch (node.program) {
    case "zookeeper":
      return zookeeper(node.args[0] ?? "");
    case "mesos-master":
      return engine.master;
    case "mesos-agent":
      return engine.agent;
  }
}

/**
 * The user's environment without what would change a command line behind the plan's back: Mesos takes every flag from
 * MESOS_*, libprocess its address from LIBPROCESS_*, node options from NODE_OPTIONS.
 */
function inheritedEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(MESOS_|LIBPROCESS_|NODE_OPTIONS$)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
