// What Vagrant works with, in the cluster's folder: the plan, a Vagrantfile that leads to the project's, the key of machines
// that are containers, the engine that they run. And where the project's own Vagrantfile is.
import { existsSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { DEFAULT_NAME } from "../../cluster/spec.ts";
import { MesosUpError } from "../../errors.ts";
import { findEngine } from "../local/engine-programs.ts";
import { runCommand, type CommandOptions } from "../local/kit/command.ts";
import { writeAtomically } from "../state/write-atomically.ts";

export interface MachineFolder {
  /** Holds the Vagrantfile: where `vagrant` is to be called by hand. */
  directory: string;
  /** Where Vagrant keeps its own records. */
  dotfiles: string;
  planFile: string;
  keyFile: string;
  /** The embedded engine, and where it is packed to be sent. */
  engine: string;
  engineArchive: string;
}

/**
 * All of it lies in the cluster's folder. Who works in the project's own folder, though, has a Vagrantfile there, which reads
 * the default cluster's plan: `vagrant` called there knows that cluster's machines.
 */
export function machineFolder(folder: string): MachineFolder {
  const root = dirname(dirname(folder));
  const directory = basename(folder) === DEFAULT_NAME && isProjectFolder(root) ? root : folder;
  const inside = (name: string): string => join(folder, name);
  return {
    directory,
    dotfiles: join(directory, ".vagrant"),
    planFile: inside("plan.json"),
    keyFile: inside("ssh_key"),
    engine: inside("engine"),
    engineArchive: inside("engine.tar"),
  };
}

/** Writes the plan, for the Vagrantfile and for whoever wants to read it. */
export function writePlanFile(plan: ClusterPlan, file: string): void {
  writeAtomically(file, `${JSON.stringify(plan, null, 2)}\n`);
}

/** @throws MesosUpError VAGRANTFILE_MISSING */
export async function writeVagrantfile({ directory }: MachineFolder): Promise<void> {
  if (isProjectFolder(directory)) return;
  const projects = join(projectFolder(), "Vagrantfile");
  const lines = [
    "# The machines of this cluster. Here `vagrant ssh`, `vagrant halt` and the others know them.",
    'ENV["MESOS_UP_PLAN"] = File.expand_path("plan.json", __dir__)',
    `load ${rubyText(projects)}`,
  ];
  await writeFile(join(directory, "Vagrantfile"), `${lines.join("\n")}\n`);
}

/** A key of the cluster's own: everybody has the one that Vagrant comes with. */
export async function ensureKey({ keyFile }: MachineFolder, command: CommandOptions): Promise<void> {
  if (existsSync(keyFile) && existsSync(`${keyFile}.pub`)) return;
  await rm(keyFile, { force: true });
  const args = ["-q", "-t", "ed25519", "-N", "", "-C", "mesos-up", "-f", keyFile];
  await runCommand("ssh-keygen", args, command).catch((error: unknown) => {
    command.signal.throwIfAborted();
    throw new MesosUpError("A key for the machines could not be made with ssh-keygen.", {
      code: "SSH_KEYGEN_FAILED",
      hint: "Install OpenSSH's client (Debian, Ubuntu: sudo apt-get install openssh-client).",
      cause: error,
    });
  });
}

/**
 * Copies the embedded engine, so that machines keep theirs when the project's is built anew, and gives it a digest: a machine
 * starts anew what it runs with another one.
 */
export async function copyEngine({ engine }: MachineFolder, env: NodeJS.ProcessEnv): Promise<void> {
  const dist = dirname(findEngine("embedded", env).master.args[0] ?? "");
  const files = ["mesos-master.js", "mesos-agent.js", "mesos-executor.js", ...chunksOf(dist)];
  const hash = createHash("sha256").update(process.version);
  for (const file of files) hash.update(file).update(await readFile(join(dist, file)));
  const digest = hash.digest("hex");
  const stamp = join(engine, "digest");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")).trim() === digest) return;
  await rm(engine, { recursive: true, force: true });
  await mkdir(join(engine, "dist/chunks"), { recursive: true });
  await writeFile(join(engine, "dist/package.json"), '{ "type": "module" }\n');
  for (const file of files) await cp(join(dist, file), join(engine, "dist", file));
  await writeFile(stamp, `${digest}\n`);
  await chmod(engine, 0o755);
}

/** Packs the engine, with the node that runs here where it runs on the machines as well, to be sent to them. */
export async function packEngine({ engine, engineArchive }: MachineFolder, command: CommandOptions): Promise<void> {
  const node =
    process.platform === "linux" ? [`--transform=s|^${process.execPath.slice(1)}$|node|`, process.execPath] : [];
  const owners = ["--owner=0", "--group=0", "--numeric-owner", "--force-local"];
  const args = ["--create", ...owners, "--file", engineArchive, "--directory", engine, ".", ...node];
  await runCommand("tar", args, command);
}

function chunksOf(dist: string): string[] {
  const folder = join(dist, "chunks");
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".js"))
        .sort()
        .map((name) => `chunks/${name}`)
    : [];
}

/** This file runs from src/ under the tests, from dist/ else: the project's folder is on the way up. */
function projectFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isProjectFolder(folder)) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new MesosUpError("The project's Vagrantfile and scripts/provision are not there.", {
    code: "VAGRANTFILE_MISSING",
    hint: "Install the package again.",
  });
}

function isProjectFolder(folder: string): boolean {
  return existsSync(join(folder, "Vagrantfile")) && existsSync(join(folder, "scripts/provision/plan.rb"));
}

/** A string literal of Ruby. */
function rubyText(text: string): string {
  return `"${text.replace(/[\\"#]/g, (character) => `\\${character}`)}"`;
}
