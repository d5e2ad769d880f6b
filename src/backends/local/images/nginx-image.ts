// Makes an nginx image of the distribution's own packages: nginx, the libraries it needs, and busybox for a shell.
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CommandOptions, runCommand } from "../kit/command.ts";
import { fetchPackages, type FetchOptions } from "../kit/fetch-packages.ts";
import { mergeIntoUsr } from "../kit/merge-into-usr.ts";
import { unpackPackages } from "../kit/unpack.ts";
import { nginxFiles, nginxFolders, nginxLinks } from "./nginx-files.ts";

/** Counts changes of the recipe: an image made by another revision is made anew. */
export const nginxRevision = 1;

export interface NginxImage {
  /** A layout that holds the image alone. */
  layout: string;
  /** The package's version. */
  version: string;
}

export interface NginxImageOptions extends Omit<FetchOptions, "directory" | "title"> {
  /** Gives the path of umoci, which may have to be fetched first. */
  umoci: () => Promise<string>;
  /** An empty folder to work in; holds the layout afterwards. */
  directory: string;
}

/** The same packages give the same image, bit by bit. */
export async function makeNginxImage(options: NginxImageOptions): Promise<NginxImage> {
  const { directory, machine, progress, signal } = options;
  const root = join(directory, "root");
  const downloads = join(directory, "downloads");
  const request = {
    choose: () => Promise.resolve(["nginx", "busybox-static"]),
    // On some releases `nginx` is only a name for nginx-core. Modules are not loaded, so their packages stay away.
    follow: /^(nginx-c(ore|ommon)|lib(?!nginx-mod-).*|zlib1g)$/,
    omit: new Set<string>(),
  };
  const [files = []] = await fetchPackages([request], { ...options, directory: downloads, title: "nginx" });
  progress.progress("making the nginx image");
  const command: CommandOptions = { environment: machine.environment, signal };
  await unpackPackages(files, { downloads, root }, command);
  await mergeIntoUsr(root);
  await removeUnused(root);
  await addBusyboxNames(root, command);
  const version = files.find((file) => file.package === "nginx")?.version ?? "";
  await addOwnFiles(root, version);
  const built = { root, version, time: new Date((await stat(join(root, "usr/sbin/nginx"))).mtimeMs) };
  return { layout: await makeLayout(built, options, command), version };
}

/** Character sets and the like that no web server asks for. */
async function removeUnused(root: string): Promise<void> {
  const libraries = join(root, "usr/lib");
  const folders = (await readdir(libraries)).flatMap((name) =>
    ["gconv", "audit", "perl-base"].map((unused) => join(libraries, name, unused)),
  );
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

async function addBusyboxNames(root: string, command: CommandOptions): Promise<void> {
  const names = (await runCommand(join(root, "bin/busybox"), ["--list"], command)).stdout.split("\n");
  for (const name of names) {
    const taken = ["bin", "sbin"].some((folder) => existsSync(join(root, "usr", folder, name)));
    if (!taken) await symlink("busybox", join(root, "usr/bin", name));
  }
}

async function addOwnFiles(root: string, version: string): Promise<void> {
  for (const folder of nginxFolders) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  await chmod(join(root, "root"), 0o700);
  for (const [path, content] of Object.entries(nginxFiles(version)))
    await replace(join(root, path), (file) => writeFile(file, content, { mode: 0o644 }));
  for (const [path, target] of Object.entries(nginxLinks))
    await replace(join(root, path), (file) => symlink(target, file));
}

async function replace(path: string, make: (path: string) => Promise<void>): Promise<void> {
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await make(path);
}

async function makeLayout(
  { root, version, time }: { root: string; version: string; time: Date },
  { umoci, directory, machine }: NginxImageOptions,
  command: CommandOptions,
): Promise<string> {
  const layer = join(directory, "layer.tar");
  const sameForAll = [
    "--sort=name",
    `--mtime=@${Math.floor(time.getTime() / 1000)}`,
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    // Whatever the umask of whoever runs this: a worker of another user reads the files too.
    "--mode=a+rX,u+w",
  ];
  await runCommand(
    "tar",
    ["--create", "--format=gnu", "--force-local", ...sameForAll, "--file", layer, "--directory", root, "."],
    command,
  );
  await rm(root, { recursive: true });
  const at = time.toISOString();
  const inFolder = { ...command, cwd: directory };
  const program = await umoci();
  const run = (...args: string[]) => runCommand(program, args, inFolder);
  const image = ["--image", "oci:latest"];
  const labels = {
    "org.opencontainers.image.title": "nginx",
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.base.name": machine.distribution,
  };
  await run("init", "--layout", "oci");
  await run("new", ...image);
  await run("raw", "add-layer", ...image, "--history.created", at, "--history.created_by", "mesos-up", layer);
  await run(
    "config",
    ...[...image, "--no-history", "--created", at, "--config.exposedports", "80/tcp", "--config.stopsignal", "SIGQUIT"],
    ...["--config.env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ...["nginx", "-g", "daemon off;"].flatMap((word) => ["--config.cmd", word]),
    ...Object.entries(labels).flatMap(([key, value]) => ["--config.label", `${key}=${value}`]),
  );
  await run("gc", "--layout", "oci");
  return join(directory, "oci");
}
