#!/usr/bin/env node
// The commands by name. Each is a file of its own, loaded when it is called.
import { setFlagsFromString } from "node:v8";
import { Argument, Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import type { ImageKind } from "../src/backends/docker/images/image-shelf.ts";
import { addAppCommands } from "./app-commands.ts";
import { withConnectionOptions } from "./connection.ts";
import type { DemoOptions } from "./demo.ts";
import type { DoctorOptions } from "./doctor.ts";
import type { EventsOptions } from "./events.ts";
import type { ExportOptions } from "./export.ts";
import type { LogsOptions } from "./logs.ts";
import type { DownOptions } from "./down.ts";
import type { RebuildOptions } from "./rebuild.ts";
import type { RunOptions } from "./run.ts";
import { count, duration, oneOf, withCommonOptions, type CommonOptions } from "./options.ts";

// To optimise undici's parser, which is WebAssembly, takes longer than all that a command lets it parse.
setFlagsFromString("--no-wasm-tier-up");
setFlagsFromString("--no-wasm-dynamic-tiering");

const containersHelp = "what runs containers: auto, docker, podman or runc";
const containers = oneOf("auto", "docker", "podman", "runc");
const explainHelp = "print every call and event between framework and master as it happens, and what it means";
const collect = (value: string, before: string[]): string[] => [...before, value];

const program = new Command("mesos-up")
  .description("Brings a Mesos cluster up, launches nginx on it and verifies it over HTTP.")
  .version(packageJson.version)
  .showHelpAfterError("`--help` lists what there is.")
  .exitOverride();

withCommonOptions(program.command("up").description("bring the cluster up, or mend what is missing of it"))
  .option("--containers <runtime>", containersHelp, containers, "auto")
  .option("--keep", "leave a bring-up that failed as it is, for a closer look (docker)")
  .action(async (options: CommonOptions & { containers: string; keep?: boolean }) =>
    (await import("./up.ts")).up(options),
  );

withCommonOptions(
  program
    .command("demo")
    .description("bring the cluster up, launch nginx on it, verify it over HTTP, take everything down"),
)
  .option("--containers <runtime>", containersHelp, containers, "auto")
  .option(
    "--image <image>",
    "image to launch: a name in the store, in Docker or in a registry, or an archive",
    "mesos-up/nginx:local",
  )
  .option("--site <folder>", "a folder to serve instead of nginx's own page")
  .option("--keep", "leave everything running, and say what to do next")
  .option("--no-faults", "let no parts of a highly available cluster fail (docker)")
  .option("--report <file>", "write the report as .json, .xml (JUnit) or .md; may be given several times", collect, [])
  .option("--logs <folder>", "keep the logs of all components there")
  .option("--explain", explainHelp)
  .action(async (options: DemoOptions) => (await import("./demo.ts")).demo(options));

withConnectionOptions(
  withCommonOptions(
    program.command("run").description("launch apps on the cluster, in one framework, and verify them"),
  ),
)
  .argument("<app...>", "app files (YAML, JSON, or modules in TypeScript or JavaScript), or nginx")
  .option("--image <image>", "image to launch instead of the app's own")
  .option("--site <folder>", "a folder to serve instead of the image's own page")
  .option("--detach", "leave the app running instead of staying with it until Ctrl-C")
  .option(
    "--store <address>",
    "keep what must be remembered in ZooKeeper, zk://host:port,…/path, for several schedulers of which one leads",
  )
  .option("--metrics <where>", "serve metrics for Prometheus at /metrics: a port of 127.0.0.1, or host:port")
  .option("--explain", explainHelp)
  .action(async (apps: string[], options: RunOptions) => (await import("./run.ts")).run(apps, options));

addAppCommands(program);

withCommonOptions(
  program.command("status").description("show the cluster's parts, its leading master, agents and tasks"),
).action(async (options: CommonOptions) => (await import("./status.ts")).status(options));

withConnectionOptions(
  withCommonOptions(
    program
      .command("doctor")
      .description("say what is wrong with a cluster, why, and what to do (--master: only that)"),
  ),
)
  .option("--verbose", "show all that was looked at, also where it is well")
  .option("--fix", "apply remedies that lose nothing, the smallest first, and look again after each")
  .option("--yes", "with --fix: also remedies that may end tasks or lose data")
  .option("--watch", "go on looking until Ctrl-C, and tell of every change (--json: a document a line)")
  .action(async (options: DoctorOptions) => (await import("./doctor.ts")).doctor(options));

withCommonOptions(program.command("down").description("remove everything that up made, in whatever state it is"))
  .option("--all", "of every cluster that is known to this folder, on all backends")
  .action(async (options: DownOptions) => (await import("./down.ts")).down(options));

withCommonOptions(
  program
    .command("plan")
    .description("show what is brought up: every process with its address and command line, as JSON"),
).action(async (options: CommonOptions) => (await import("./plan.ts")).plan(options));

withConnectionOptions(
  withCommonOptions(
    program.command("logs").description("show the logs of the cluster's parts and tasks as one, by time"),
  ),
)
  .argument(
    "[component...]",
    "as `status` calls it, a kind (master, agent, zookeeper, scheduler, task), a task or an app",
  )
  .option("-f, --follow", "go on with what comes, until Ctrl-C")
  .option("--since <when>", "from then on: 10m, 13:30 or 2026-11-21T13:30:45")
  .option("--level <level>", "only what is as serious as that: I, W, E or F", oneOf("I", "W", "E", "F"))
  .option("--lines <number>", "so many entries at the end (default: 50, or all with --since)", count)
  .action(async (wanted: string[], options: LogsOptions) => (await import("./logs.ts")).logs(wanted, options));

withConnectionOptions(
  withCommonOptions(program.command("events").description("tell what happens on the cluster, until Ctrl-C")),
)
  .option("--for <duration>", "end after this time, as in 30s or 2mins", duration)
  .action(async (options: EventsOptions) => (await import("./events.ts")).events(options));

withConnectionOptions(
  withCommonOptions(
    program
      .command("export")
      .description("bundle plan, flags, states, metrics, logs and findings into one archive, without secrets"),
  ),
)
  .argument("[file]", "the archive to write (default: mesos-up-NAME-TIME.tar.gz here)")
  .action(async (file: string | undefined, options: ExportOptions) =>
    (await import("./export.ts")).exportCluster(file, options),
  );

for (const action of ["start", "stop", "restart"] as const) {
  withCommonOptions(program.command(action).description(`${action} components of the cluster, one after the other`))
    .argument("<component...>", "as `status` calls it: master-1, agent-1, …")
    .action(async (nodes: string[], options: CommonOptions) => (await import("./act.ts")).act(action, nodes, options));
}

withCommonOptions(program.command("halt").description("halt the machines, to be resumed later (vagrant)")).action(
  async (options: CommonOptions) => (await import("./machines.ts")).halt(options),
);

withCommonOptions(program.command("resume").description("bring halted machines back (vagrant)")).action(
  async (options: CommonOptions) => (await import("./machines.ts")).resume(options),
);

withCommonOptions(
  program.command("ssh").description("run a command on a machine, or print how to open a shell there (vagrant)"),
)
  .argument("<component>", "as `status` calls it: master-1, agent-1, …")
  .argument("[command...]", "run as root; words that begin with a dash go after --")
  .action(async (node: string, command: string[], options: CommonOptions) =>
    (await import("./machines.ts")).ssh(node, command, options),
  );

withCommonOptions(
  program.command("rebuild").description("take the cluster down to nothing, bring it up anew and verify nginx on it"),
)
  .option("--containers <runtime>", containersHelp, containers, "auto")
  .option("--keep-images", "do not make the images anew that it was made of (docker)")
  .action(async (options: RebuildOptions) => (await import("./rebuild.ts")).rebuild(options));

const images = program.command("images").description("images of clusters in Docker: list, make, load or save them");
withCommonOptions(images.command("list").description("show what the Docker daemon has of ours")).action(
  async (options: CommonOptions) => (await import("./images.ts")).listImages(options),
);
withCommonOptions(images.command("build").description("make images without a registry: engine, zookeeper, nginx"))
  .addArgument(
    new Argument("[images...]", "which of them; mesos is built from a package, which needs a base image").choices([
      ...["engine", "zookeeper", "nginx", "mesos"],
    ]),
  )
  .action(async (kinds: ImageKind[], options: CommonOptions) =>
    (await import("./images.ts")).buildImages(kinds, options),
  );
withCommonOptions(images.command("load").description("give the Docker daemon the images of an archive"))
  .argument("<archive>", "a tar archive, as `images save` writes it")
  .action(async (archive: string, options: CommonOptions) =>
    (await import("./images.ts")).loadImages(archive, options),
  );
withCommonOptions(images.command("save").description("write images into an archive"))
  .argument("<archive>", "the file to write")
  .argument("[images...]", "their names (default: all of ours)")
  .action(async (archive: string, names: string[], options: CommonOptions) =>
    (await import("./images.ts")).saveImages(archive, names, options),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode !== 0 && process.argv.includes("--json")) printUsageError(error);
  process.exitCode = error.exitCode;
}

/** What commander has said on stderr, for whoever reads stdout. */
function printUsageError({ message }: CommanderError): void {
  const problem = { code: "USAGE", message: message.replace(/^error: /, ""), hint: "`--help` lists what there is." };
  process.stdout.write(JSON.stringify({ ok: false, error: problem }, null, 2) + "\n");
}
