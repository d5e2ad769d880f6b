// The command line of the suite.
import { Command, Option } from "commander";
import type { ClusterOptions } from "./cluster.ts";

export interface SuiteOptions {
  only: string;
  list: boolean;
  out?: string;
  master?: string;
  agent?: string;
  image: string;
  engine: ClusterOptions["engine"];
  containers: ClusterOptions["containers"];
}

/** @throws CommanderError for what cannot be meant, and after the help was printed (its exitCode is 0 then). */
export function parseOptions(args: string[]): SuiteOptions {
  const engine = new Option("--engine <engine>", "what to start: the engine, or the real Mesos under MESOS_HOME");
  const containers = new Option("--containers <runtime>", "what runs containers in what is started");
  return new Command("npm run conformance --")
    .description("Plays scenarios against a Mesos and compares its answers with those of a recorded one.")
    .option("--only <list>", "scenarios by name, separated by commas; a name may end in *", "")
    .option("--list", "name the scenarios", false)
    .option("--out <dir>", "write each transcript there, in the form of the recordings")
    .option("--master <url>", "play against this leading master instead of starting one")
    .option("--agent <url>", "and against this agent of it")
    .option("--image <name>", "an nginx with a shell that the agent can launch", "mesos-up/nginx:local")
    .addOption(engine.choices(["embedded", "mesos"]).default("embedded"))
    .addOption(containers.choices(["auto", "docker", "podman", "runc"]).default("auto"))
    .allowExcessArguments(false)
    .exitOverride()
    .parse(args, { from: "user" })
    .opts<SuiteOptions>();
}
