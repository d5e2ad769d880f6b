// Which mesos-master and mesos-agent a cluster runs: those of a Mesos installed here, else the embedded engine.
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { MesosUpError } from "../../errors.ts";
import { findProgram, isProgram } from "../find-program.ts";

/** How a program is started; a plan's arguments follow `args`. */
export interface Program {
  file: string;
  args: string[];
  env: Record<string, string>;
}

export interface Engine {
  kind: "embedded" | "mesos";
  master: Program;
  agent: Program;
}

/**
 * Finds the engine that the plan asks for. Throws ENGINE_MISSING where a real Mesos is asked for and there is none, and
 * where the embedded engine was not built.
 */
export function findEngine(wanted: ClusterPlan["engine"], env: NodeJS.ProcessEnv): Engine {
  const mesos = wanted === "embedded" ? undefined : findMesos(env);
  if (mesos !== undefined) return mesos;
  if (wanted === "mesos") {
    throw new MesosUpError("No mesos-master and mesos-agent were found under MESOS_HOME or on PATH.", {
      code: "ENGINE_MISSING",
      hint: "Set MESOS_HOME to the folder that Mesos is installed in, or say `engine: embedded`.",
    });
  }
  return embeddedEngine();
}

/**
 * MESOS_HOME has the layout of Mesos's own `make install`. Where its helpers and web pages lie is said in the
 * environment: the command line stays the plan's.
 */
function findMesos(env: NodeJS.ProcessEnv): Engine | undefined {
  const home = env["MESOS_HOME"] ?? "";
  if (home === "") {
    const [master, agent] = ["mesos-master", "mesos-agent"].map((name) => nativeProgram(findProgram(name, env)));
    return master && agent ? { kind: "mesos", master: program(master), agent: program(agent) } : undefined;
  }
  const [master, agent] = ["mesos-master", "mesos-agent"].map((name) =>
    ["bin", "sbin"].map((folder) => nativeProgram(join(home, folder, name))).find((path) => path !== undefined),
  );
  if (master === undefined || agent === undefined) return undefined;
  const libraries = { LD_LIBRARY_PATH: [join(home, "lib"), env["LD_LIBRARY_PATH"]].filter(Boolean).join(":") };
  return {
    kind: "mesos",
    master: program(master, { ...libraries, ...ifThere("MESOS_WEBUI_DIR", join(home, "share/mesos/webui")) }),
    agent: program(agent, { ...libraries, ...ifThere("MESOS_LAUNCHER_DIR", join(home, "libexec/mesos")) }),
  };
}

function embeddedEngine(): Engine {
  const folder = programsFolder(dirname(fileURLToPath(import.meta.url)));
  if (folder === undefined) {
    throw new MesosUpError(
      "The embedded engine's programs (dist/mesos-master.js, dist/mesos-agent.js) are not there.",
      {
        code: "ENGINE_MISSING",
        hint: "Build them with `npm run build`, or install the package again.",
      },
    );
  }
  const node = (file: string): Program => ({ file: process.execPath, args: [join(folder, file)], env: {} });
  return { kind: "embedded", master: node("mesos-master.js"), agent: node("mesos-agent.js") };
}

/** This file runs from src/ under the tests, from dist/ or dist/chunks/ else: the programs are near on the way up. */
function programsFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    for (const candidate of [folder, join(folder, "dist")]) {
      if (existsSync(join(candidate, "mesos-master.js"))) return candidate;
    }
    if (existsSync(join(folder, "package.json")) || folder === dirname(folder)) return undefined;
  }
}

function program(file: string, env: Record<string, string> = {}): Program {
  return { file, args: [], env };
}

/** A program of the machine, or a shell script that starts one, but nothing that node runs. */
function nativeProgram(path: string | undefined): string | undefined {
  if (path === undefined || !isProgram(path)) return undefined;
  const start = Buffer.alloc(64);
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const firstLine = start.toString("latin1").split("\n", 1).join();
  return firstLine.startsWith("#!") && firstLine.includes("node") ? undefined : path;
}

function ifThere(variable: string, folder: string): Record<string, string> {
  return existsSync(folder) ? { [variable]: folder } : {};
}
