// Containers that the agents of a cluster had Docker or Podman start: named mesos-<uuid>, with a sandbox mounted that
// lies in the cluster's folder. A name alone is no proof, several clusters may share one daemon.
import { request } from "node:http";
import { MesosUpError } from "../../../errors.ts";
import { dockerSocket } from "../container-runtime.ts";

/** Removes them, running or not, with the anonymous volumes they have. Resolves with their names. */
export async function removeContainersOf(
  folder: string,
  program: "docker" | "podman",
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const names = await containersOf(folder, program, env);
  await removeContainers(names, program, env);
  return names;
}

/** Removes containers by name, as `containersOf` has them. */
export async function removeContainers(
  names: string[],
  program: "docker" | "podman",
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const runtime = runtimeOf(program, env);
  await Promise.all(names.map((name) => runtime.remove(name)));
}

/** Their names, running or not. */
export async function containersOf(
  folder: string,
  program: "docker" | "podman",
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  return (await ownContainers(folder, program, env)).map(({ name }) => name);
}

/** The names of those that run. */
export async function runningContainersOf(
  folder: string,
  program: "docker" | "podman",
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const running = (await ownContainers(folder, program, env)).filter(({ isRunning }) => isRunning);
  return running.map(({ name }) => name);
}

async function ownContainers(
  folder: string,
  program: "docker" | "podman",
  env: NodeJS.ProcessEnv,
): Promise<Container[]> {
  return (await runtimeOf(program, env).list()).filter(
    ({ name, mounts }) =>
      name.startsWith("mesos-") && mounts.some((source) => source === folder || source.startsWith(`${folder}/`)),
  );
}

function runtimeOf(program: "docker" | "podman", env: NodeJS.ProcessEnv): Runtime {
  const socketPath = program === "docker" ? dockerSocket(env) : undefined;
  return socketPath === undefined ? throughCommand(program, env) : throughSocket(socketPath);
}

interface Container {
  name: string;
  /** Paths on this machine that are mounted in it. */
  mounts: string[];
  isRunning: boolean;
}

interface Runtime {
  list(): Promise<Container[]>;
  remove(name: string): Promise<void>;
}

/** Docker's HTTP API answers ten times as fast as its program starts. */
function throughSocket(socketPath: string): Runtime {
  return {
    async list() {
      const filters = encodeURIComponent(JSON.stringify({ name: ["^/mesos-"] }));
      const answer = await ask(socketPath, "GET", `/containers/json?all=1&filters=${filters}`);
      const containers = JSON.parse(answer) as {
        Names: string[];
        State: string;
        Mounts: { Source?: string }[];
      }[];
      return containers.map(({ Names, State, Mounts }) => ({
        name: (Names[0] ?? "").replace(/^\//, ""),
        mounts: Mounts.map(({ Source }) => Source ?? ""),
        isRunning: State === "running",
      }));
    },
    async remove(name) {
      await ask(socketPath, "DELETE", `/containers/${name}?force=1&v=1`);
    },
  };
}

function throughCommand(program: string, env: NodeJS.ProcessEnv): Runtime {
  const run = async (...args: string[]): Promise<string> => {
    const { execa } = await import("execa");
    const { stdout } = await execa(program, args, { env, extendEnv: false, timeout: 30_000 });
    return stdout;
  };
  return {
    async list() {
      const ids = await run("ps", "--all", "--quiet", "--no-trunc", "--filter", "name=mesos-");
      if (ids === "") return [];
      const containers = JSON.parse(await run("inspect", "--type", "container", ...ids.split("\n"))) as {
        Name: string;
        State: { Running: boolean };
        Mounts: { Source?: string }[];
      }[];
      return containers.map(({ Name, State, Mounts }) => ({
        name: Name.replace(/^\//, ""),
        mounts: Mounts.map(({ Source }) => Source ?? ""),
        isRunning: State.Running,
      }));
    },
    async remove(name) {
      await run("rm", "--force", "--volumes", name);
    },
  };
}

/** The answer's body. A container that is gone already (404), or being removed by somebody else (409), is as wished. */
function ask(socketPath: string, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: 30_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status < 300 || (method === "DELETE" && (status === 404 || status === 409))) resolve(body);
        else reject(noAnswer(`it answered ${status} to ${method} ${path}: ${body.trim()}`));
      });
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 30 s")));
    call.on("error", (error) => reject(noAnswer(error.message)));
    call.end();
  });
}

function noAnswer(why: string): MesosUpError {
  return new MesosUpError(`Docker cannot be asked for containers that the cluster left: ${why}.`, {
    code: "DOCKER_FAILED",
    hint: "Start Docker and run `mesos-up down` again.",
  });
}
