// What a cluster on machines could leave: machines that are containers, and its folder, where Vagrant keeps the others'.
import { existsSync } from "node:fs";
import { DOCKER_LABELS } from "../../cluster/docker/labels.ts";
import type { Leftovers } from "../backend.ts";
import { findProgram } from "../find-program.ts";
import { runCommand } from "../local/kit/command.ts";

export async function leftovers(folder: string, env: NodeJS.ProcessEnv): Promise<Leftovers> {
  const machines = findProgram("docker", env) === undefined ? [] : await containersOf(folder, env);
  return {
    lookedFor: ["machines", "containers", "files"],
    found: [...machines.map((name) => `container ${name}`), ...(existsSync(folder) ? [`folder ${folder}`] : [])],
  };
}

/** None where no daemon answers: then there are none that run. */
async function containersOf(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const filter = ["--filter", `label=${DOCKER_LABELS.state}=${folder}`];
  const list = ["ps", "--all", ...filter, "--format", "{{.Names}}"];
  const command = { environment: env, signal: new AbortController().signal };
  const { stdout } = await runCommand("docker", list, command).catch(() => ({ stdout: "" }));
  return stdout.split("\n").filter((name) => name !== "");
}
