// A folder of its own for a test, the CLI run in it as a user runs it, and a look at what it left behind.
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa, execaSync } from "execa";
import type { DemoReport } from "../../../src/report/report.ts";

export const programs = resolve("dist");

export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export class Workplace {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly #before = machineTraces();

  private constructor(folder: string, env: Record<string, string>) {
    this.folder = folder;
    this.env = env;
  }

  static async create(env: Record<string, string> = {}): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), "mesos-up-e2e-")), env);
  }

  /** Starts the CLI; stays with the caller to be signalled or awaited. */
  start(...args: string[]) {
    const options = { cwd: this.folder, env: this.env, reject: false } as const;
    return execa(process.execPath, [join(programs, "mesos-up.js"), ...args], options);
  }

  async run(...args: string[]): Promise<Finished> {
    const { exitCode, stdout, stderr } = await this.start(...args);
    return { exitCode, stdout, stderr };
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
      ...machineTraces().filter((trace) => !this.#before.includes(trace)),
    ];
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** PID and command line of every process that works in the folder, or was started for it. */
export function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
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

/** What a cluster could leave outside its folder: network devices, cgroups, Docker containers. */
function machineTraces(): string[] {
  return [
    ...readdirSync("/sys/class/net").map((name) => `network device ${name}`),
    ...cgroupsBelow("/sys/fs/cgroup", 2)
      .filter((path) => path.includes("mesos"))
      .map((path) => `cgroup ${path}`),
    ...dockerContainers().map((name) => `container ${name}`),
  ];
}

function cgroupsBelow(folder: string, depth: number): string[] {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => [join(folder, entry.name), ...cgroupsBelow(join(folder, entry.name), depth - 1)]);
}

function dockerContainers(): string[] {
  const { stdout, failed } = execaSync("docker", ["ps", "-a", "--format", "{{.Names}}"], { reject: false });
  return failed ? [] : stdout.split("\n").filter(Boolean);
}
