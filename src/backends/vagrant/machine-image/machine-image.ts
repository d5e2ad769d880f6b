// Makes the image of a machine that is a container, of the distribution's own packages: what a virtual machine's box has, as
// far as a cluster needs it, and Java with ZooKeeper. The engine is not in it: that is the host's, and mounted.
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MesosUpError } from "../../../errors.ts";
import { runCommand, type CommandOptions } from "../../local/kit/command.ts";
import { canFetchPackages, fetchPackages, type KitProgress } from "../../local/kit/fetch-packages.ts";
import type { ListedFile } from "../../local/kit/dependencies.ts";
import { withLock } from "../../local/kit/lock.ts";
import { findInFolders } from "../../find-program.ts";
import { defaultCacheDirectory, describeMachine, type Machine } from "../../local/kit/machine.ts";
import { mergeIntoUsr } from "../../local/kit/merge-into-usr.ts";
import { unpackPackages } from "../../local/kit/unpack.ts";
import { findPackagedJars } from "../../local/kit/zookeeper-jars.ts";
import { files as ownFiles, users } from "./machine-files.ts";
import { machinePackages, recipeText } from "./machine-packages.ts";

export interface MachineImageOptions {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  progress: KitProgress;
}

/** Name of the image: what it is made of is told by its tag. */
export function machineImageReference(env: NodeJS.ProcessEnv): string {
  const { platform } = describeMachine(env);
  const recipe = createHash("sha256").update(recipeText).update(JSON.stringify(ownFiles)).digest("hex").slice(0, 8);
  return `mesos-up/machine:${platform.toLowerCase().replace(/[^a-z0-9_.-]+/g, "-")}-${recipe}`;
}

/**
 * Gives the name of the image, after making it where Docker does not have it.
 * @throws MesosUpError MACHINE_IMAGE_UNAVAILABLE where there is no apt-get; what the kit says of a failed download
 */
export async function ensureMachineImage(options: MachineImageOptions): Promise<{ reference: string; made: boolean }> {
  const { env, signal, progress } = options;
  const reference = machineImageReference(env);
  const machine = describeMachine(env);
  const command: CommandOptions = { environment: machine.environment, signal };
  if (await hasImage(reference, command)) return { reference, made: false };
  if (!canFetchPackages(machine) || findInFolders("tar", machine.searchPath) === undefined)
    throw unavailable(reference);
  const cacheDirectory = defaultCacheDirectory(env);
  const path = join(cacheDirectory, "locks", "machine-image.lock");
  const onWaiting = () => progress.note("Waiting for the machines' image, which is being made already");
  return await withLock({ path, signal, onWaiting }, async () => {
    if (await hasImage(reference, command)) return { reference, made: false };
    const work = await mkdtemp(join(cacheDirectory, "machine-image-"));
    try {
      await make(reference, { work, machine, cacheDirectory, command, progress });
      return { reference, made: true };
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

interface Making {
  work: string;
  machine: Machine;
  cacheDirectory: string;
  command: CommandOptions;
  progress: KitProgress;
}

async function make(reference: string, { work, machine, cacheDirectory, command, progress }: Making): Promise<void> {
  const root = join(work, "root");
  const downloads = join(work, "downloads");
  const [files = []] = await fetchPackages([machinePackages], {
    ...{ machine, cacheDirectory, progress, signal: command.signal },
    ...{ directory: downloads, title: "packages of the machines" },
  });
  progress.progress("unpacking the machines' packages");
  await unpackPackages(files, { downloads, root }, command);
  await mergeIntoUsr(root);
  await addUsers(root);
  await addOwnFiles(root);
  await addDpkgRecord(root, { files, downloads, command });
  await addZooKeeper(root);
  progress.progress("importing the machines' image");
  await importImage(root, reference, { work, command });
}

async function hasImage(reference: string, command: CommandOptions): Promise<boolean> {
  try {
    await runCommand("docker", ["image", "inspect", reference], command);
    return true;
  } catch (error) {
    command.signal.throwIfAborted();
    if (error instanceof MesosUpError) return false;
    throw error;
  }
}

async function addUsers(root: string): Promise<void> {
  const masters = join(root, "usr/share/base-passwd");
  const passwd = (await readFile(join(masters, "passwd.master"), "utf8")) + users.passwd.join("\n") + "\n";
  const group = (await readFile(join(masters, "group.master"), "utf8")) + users.group.join("\n") + "\n";
  // No password at all, and yet not locked, for which sshd would turn away who has a key.
  const shadow = passwd.replace(/^([^:]+):.*$/gm, "$1:*:19000:0:99999:7:::");
  await writeFile(join(root, "etc/passwd"), passwd.replace(/^([^:]+):\*:/gm, "$1:x:"));
  await writeFile(join(root, "etc/group"), group.replace(/^([^:]+):\*:/gm, "$1:x:"));
  await writeFile(join(root, "etc/shadow"), shadow, { mode: 0o640 });
}

async function addOwnFiles(root: string): Promise<void> {
  for (const [path, { content, mode }] of Object.entries(ownFiles)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
    await chmod(file, mode);
  }
  for (const folder of ["home/vagrant", "var/local/mesos", "opt/mesos-up", "run", "tmp", "proc", "sys", "dev", "root"])
    await mkdir(join(root, folder), { recursive: true });
  await cp(join(root, "usr/share/openssh/sshd_config"), join(root, "etc/ssh/sshd_config"));
}

/** What dpkg takes for its record of what is installed, so that further packages can be installed. */
async function addDpkgRecord(
  root: string,
  { files, downloads, command }: { files: ListedFile[]; downloads: string; command: CommandOptions },
): Promise<void> {
  const entries: string[] = [];
  for (const { file } of files) {
    const fields = (await runCommand("dpkg-deb", ["--field", join(downloads, file)], command)).stdout.trim();
    entries.push(fields.replace(/^(Package: .*)$/m, "$1\nStatus: install ok installed"));
  }
  const folder = join(root, "var/lib/dpkg");
  await mkdir(join(folder, "info"), { recursive: true });
  await mkdir(join(folder, "updates"), { recursive: true });
  await writeFile(join(folder, "status"), entries.map((entry) => `${entry}\n\n`).join(""));
  await writeFile(join(folder, "available"), "");
}

/** The jars that make a server, in a folder of their own: the folder of all jars has others that exclude one another. */
async function addZooKeeper(root: string): Promise<void> {
  const found = findPackagedJars(join(root, "usr/share/java"));
  if (found === undefined) throw new Error("the packages of the machines hold no ZooKeeper");
  const folder = join(root, "opt/mesos-up/zookeeper");
  await mkdir(folder, { recursive: true });
  for (const path of found.classPath) await symlink(`/usr/share/java/${basename(path)}`, join(folder, basename(path)));
}

async function importImage(
  root: string,
  reference: string,
  { work, command }: { work: string; command: CommandOptions },
): Promise<void> {
  const archive = join(work, "machine.tar");
  const owners = ["--owner=0", "--group=0", "--numeric-owner"];
  await runCommand(
    "tar",
    ["--create", "--force-local", ...owners, "--file", archive, "--directory", root, "."],
    command,
  );
  const changes = [
    'CMD ["/usr/sbin/machine-init"]',
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ];
  await runCommand(
    "docker",
    ["import", ...changes.flatMap((change) => ["--change", change]), archive, reference],
    command,
  );
}

function unavailable(reference: string): MesosUpError {
  return new MesosUpError(`The image of machines that are containers, ${reference}, can only be made with apt-get.`, {
    code: "MACHINE_IMAGE_UNAVAILABLE",
    hint: "Use virtual machines (--provider virtualbox or libvirt), or --backend docker.",
  });
}
