// The root folder of an image that is made here: programs of this machine with the libraries that they need, a shell, and
// the files that every container expects. What comes of it is a layer, as `docker import` takes it.
import { existsSync, realpathSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runCommand, type CommandOptions } from "../../local/kit/command.ts";

/** Names that busybox goes by, as far as scripts of ours and health checks need them. */
const shellNames = ["sh", "ash", "cat", "ls", "grep", "sed", "awk", "nc", "wget", "tar", "gzip", "gunzip", "unzip"];
const moreNames = [
  "bzip2",
  "xz",
  "echo",
  "printf",
  "mkdir",
  "rm",
  "cp",
  "mv",
  "ln",
  "chmod",
  "chown",
  "ps",
  "kill",
  "sleep",
];
const lastNames = [
  "env",
  "head",
  "tail",
  "cut",
  "tr",
  "sort",
  "uniq",
  "test",
  "true",
  "false",
  "hostname",
  "ip",
  "id",
  "date",
];

export class RootFolder {
  readonly path: string;
  readonly #command: CommandOptions;

  /** `path` is an empty folder. */
  constructor(path: string, command: CommandOptions) {
    this.path = path;
    this.#command = command;
  }

  /** Users, groups and folders that programs look for. */
  async addBasics(): Promise<void> {
    for (const folder of ["tmp", "root", "run", "var/run", "var/tmp", "proc", "sys", "dev", "usr/local/bin"])
      await mkdir(this.#inside(folder), { recursive: true });
    await chmod(this.#inside("tmp"), 0o1777);
    await this.write(
      "etc/passwd",
      "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    );
    await this.write("etc/group", "root:x:0:\nnogroup:x:65534:\n");
    await this.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  }

  /** Puts busybox there under its many names. */
  async addShell(busybox: string): Promise<void> {
    await this.addProgram(busybox, "bin/busybox");
    for (const name of [...shellNames, ...moreNames, ...lastNames])
      await symlink("busybox", this.#inside(`bin/${name}`));
  }

  /** A program of this machine under a path of the image, with the libraries it needs where it looks for them. */
  async addProgram(source: string, target: string): Promise<void> {
    await this.#copy(realpathSync(source), target);
    await chmod(this.#inside(target), 0o755);
    await this.addLibrariesOf([source]);
  }

  /** The shared libraries that programs or libraries of this machine need. */
  async addLibrariesOf(files: string[]): Promise<void> {
    for (const library of await sharedLibraries(files, this.#command))
      if (!existsSync(this.#inside(library))) await this.#copy(realpathSync(library), library);
  }

  /** A folder or file of this machine, links in it followed; what is named in `without`, and links to nowhere, are not taken. */
  async addTree(source: string, target: string, without: readonly string[] = []): Promise<void> {
    await mkdir(dirname(this.#inside(target)), { recursive: true });
    const filter = (path: string): boolean => existsSync(path) && !without.includes(basename(path));
    await cp(source, this.#inside(target), { recursive: true, dereference: true, filter });
  }

  async write(target: string, content: string, mode = 0o644): Promise<void> {
    await mkdir(dirname(this.#inside(target)), { recursive: true });
    await writeFile(this.#inside(target), content, { mode });
    await chmod(this.#inside(target), mode);
  }

  /** Packs it; gives the archive's path, beside the folder. */
  async pack(): Promise<string> {
    const archive = `${this.path}.tar`;
    const owners = ["--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX,u+w", "--sort=name"];
    const args = ["--create", "--force-local", ...owners, "--file", archive, "--directory", this.path];
    await runCommand("tar", [...args, ...(await readdir(this.path)).sort()], this.#command);
    return archive;
  }

  async #copy(source: string, target: string): Promise<void> {
    await mkdir(dirname(this.#inside(target)), { recursive: true });
    await rm(this.#inside(target), { force: true });
    await copyFile(source, this.#inside(target));
  }

  #inside(path: string): string {
    return join(this.path, path);
  }
}

/** Absolute paths, the loader among them; none for what is linked statically. */
async function sharedLibraries(files: string[], command: CommandOptions): Promise<string[]> {
  const found = new Set<string>();
  for (const file of files) {
    const { all } = await runCommand("/bin/sh", ["-c", 'ldd "$1" 2>&1 || true', basename(file), file], command);
    for (const [, path = ""] of all.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)) found.add(path);
  }
  return [...found];
}
