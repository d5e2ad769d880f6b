// A folder of its own for a test, the CLI run in it as a user runs it, and a look at what it left behind.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import type { DemoReport } from "../../../src/report/report.ts";
import { RunningCli } from "./cli.ts";
import type { StatusOutput } from "./json.ts";

export const programs = resolve("dist");

/** All names that tests give their clusters. */
const clusterNames = ["demo", "one", "two", "second"];

export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface WorkplaceOptions {
  env?: Record<string, string>;
  /** The folder with the programs to run. */
  programs?: string;
  /** What the CLI is started by, as in `setpriv …`. */
  prefix?: readonly string[];
}

export class Workplace {
  readonly folder: string;
  readonly #env: Record<string, string>;
  readonly #command: readonly string[];
  readonly #before: string[];

  private constructor(folder: string, { env = {}, programs: from = programs, prefix = [] }: WorkplaceOptions) {
    this.folder = folder;
    this.#before = machineTraces(folder);
    this.#env = env;
    this.#command = [...prefix, process.execPath, join(from, "mesos-up.js")];
  }

  static async create(options: WorkplaceOptions = {}): Promise<Workplace> {
    const folder = await mkdtemp(join(tmpdir(), "mesos-up-e2e-"));
    // Also for other users, whom a test may run the CLI as.
    await chmod(folder, 0o777);
    return new Workplace(folder, options);
  }

  /** Starts the CLI; stays with the caller to be signalled or awaited. */
  start(...args: string[]) {
    const [file = "", ...words] = [...this.#command, ...args];
    return execa(file, words, { cwd: this.folder, env: this.#env, reject: false });
  }

  /** Starts the CLI to be cut short. */
  launch(...args: string[]): RunningCli {
    return new RunningCli([...this.#command, ...args], { cwd: this.folder, env: { ...process.env, ...this.#env } });
  }

  async run(...args: string[]): Promise<Finished> {
    const { exitCode, stdout, stderr } = await this.start(...args);
    return { exitCode, stdout, stderr };
  }

  /** Runs the CLI with --json and reads what it prints. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- The caller knows what the command prints.
  async json<Output>(...args: string[]): Promise<Finished & { output: Output }> {
    const finished = await this.run(...args, "--json");
    return { ...finished, output: JSON.parse(finished.stdout) as Output };
  }

  /** The process of each part of the cluster that runs. */
  async pids(...args: string[]): Promise<Record<string, number>> {
    const { output } = await this.json<StatusOutput>("status", ...args);
    return Object.fromEntries(output.nodes.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]])));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** A file of a cluster's state, as in `state("processes", "agent-1.json")`. */
  state(...names: string[]): string {
    return this.path(".mesos-up", "demo", ...names);
  }

  read(...names: string[]): Promise<string> {
    return readFile(this.path(...names), "utf8");
  }

  /** Writes a file of the user's; gives its name. */
  async write(name: string, content: string): Promise<string> {
    await writeFile(this.path(name), content);
    return name;
  }

  /**
   * Writes a cluster file whose tasks get ports that no other cluster here gives out: once it is gone, nobody answers there.
   * Each caller names a range of its own, between those of slots and the system's.
   */
  ownPorts(ports: string): Promise<string> {
    return this.write("own-ports.yaml", `agents: [{ resources: { ports: ${ports} } }]\n`);
  }

  async demo(...args: string[]): Promise<Finished & { report: DemoReport }> {
    const finished = await this.run("demo", "--json", ...args);
    return { ...finished, report: JSON.parse(finished.stdout) as DemoReport };
  }

  /** Everything that this workplace's clusters left on the machine, in words; empty when they left nothing. */
  leftovers(): string[] {
    return [
      ...processesOf(this.folder).map((line) => `process ${line}`),
      ...readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .filter((line) => line.includes(this.folder))
        .map((line) => `mount ${line}`),
      ...(existsSync(join(this.folder, ".mesos-up"))
        ? readdirSync(join(this.folder, ".mesos-up")).filter((name) => name !== ".gitignore")
        : []
      ).map((name) => `file .mesos-up/${name}`),
      ...machineTraces(this.folder).filter((trace) => !this.#before.includes(trace)),
    ];
  }

  /** Takes down whatever clusters a test has left, and removes the folder. */
  async remove(): Promise<void> {
    for (const name of clusterNames)
      if (existsSync(this.path(".mesos-up", name)) || processesOf(this.path(".mesos-up", name)).length > 0)
        await this.run("down", "--name", name);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** PID and command line of every process that works in the folder, or was started for it. */
export function processesOf(folder: string): string[] {
  return processIds()
    .filter((pid) => Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const evidence = [
          readFileSync(`/proc/${pid}/environ`, "latin1"),
          readFileSync(`/proc/${pid}/cmdline`, "latin1"),
          readlinkSync(`/proc/${pid}/cwd`),
        ];
        return evidence.some((text) => text.includes(folder))
          ? [`${pid} ${(evidence[1] ?? "").replaceAll("\0", " ").trim()}`]
          : [];
      } catch {
        // Gone in the meantime, or another user's.
        return [];
      }
    });
}

/** What a cluster in the folder could leave outside of it: cgroups, Docker containers, network devices. */
function machineTraces(folder: string): string[] {
  return [
    ...networkDevices(folder).map((name) => `network device ${name}`),
    ...cgroupsOf(folder).map((path) => `cgroup ${path}`),
    ...dockerContainersOf(folder).map((name) => `container ${name}`),
  ];
}

/** Of containers with a network of their own: their alias holds the same as the names of the cluster's cgroups. */
function networkDevices(folder: string): string[] {
  const hashes = hashesOf(folder);
  return readdirSync("/sys/class/net").filter((name) => {
    const alias = readOrNothing(`/sys/class/net/${name}/ifalias`);
    return hashes.some((hash) => alias.includes(hash));
  });
}

/** What a cluster's cgroups are known by: the beginning of its folder's SHA-256. */
function hashesOf(folder: string): string[] {
  return clusterNames.map((name) =>
    createHash("sha256")
      .update(join(folder, ".mesos-up", name))
      .digest("hex")
      .slice(0, 8),
  );
}

function cgroupsOf(folder: string): string[] {
  const hashes = hashesOf(folder);
  return cgroupsBelow("/sys/fs/cgroup", 2).filter((path) => hashes.some((hash) => path.includes(hash)));
}

function cgroupsBelow(folder: string, depth: number): string[] {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => [join(folder, entry.name), ...cgroupsBelow(join(folder, entry.name), depth - 1)]);
}

/** By what is mounted in them: sandboxes lie in the folder. */
function dockerContainersOf(folder: string): string[] {
  const list = ["ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.Mounts}}"];
  const { stdout, failed } = execaSync("docker", list, { reject: false });
  return failed ? [] : stdout.split("\n").filter((line) => line.includes(folder));
}

function processIds(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return ""; // Gone in the meantime.
  }
}
