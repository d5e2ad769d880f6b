// The way into a container's network where neither veth pairs nor slirp4netns are to be had: a helper process inside of it
// takes connections on Unix sockets, which know no network namespaces, and hands them to the container's ports.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Connection } from "./network-connection.ts";
import { pipeBothWays } from "./tcp-proxy.ts";

/** The argument that makes the executor program be such a helper; the ports follow. */
export const SERVE_PORTS = "--serve-ports";

export interface HelperOptions {
  pid: number;
  directory: string;
  ports: number[];
  ownUserNamespace: boolean;
  /** This very program, as it can be started once more. */
  program: string[];
  env: NodeJS.ProcessEnv;
}

const socketName = (port: number): string => `port-${port}.sock`;

/** @throws Error if the namespace cannot be entered */
export async function connectByHelper(options: HelperOptions): Promise<Connection> {
  const { pid, directory, ports, ownUserNamespace, program, env } = options;
  const user = ownUserNamespace ? ["--user", "--preserve-credentials"] : [];
  const args = ["--target", String(pid), ...user, "--net", ...program, SERVE_PORTS, ...ports.map(String)];
  const child = spawn("nsenter", args, { env, cwd: directory, stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`Failed to run nsenter: ${error.message}`));
    child.once("exit", (code) =>
      resolve(`Failed to enter the container's network: exited with status ${code ?? "unknown"}`),
    );
  });
  const failed = await Promise.race([once(child.stdout, "data").then(() => undefined), gone]);
  if (failed !== undefined) throw new Error(failed);
  // A socket's path may have no more than 107 bytes: this way it is short, wherever the directory is.
  const descriptor = openSync(directory, "r");
  return {
    target: (mapping) => ({ path: `/proc/self/fd/${descriptor}/${socketName(mapping.container_port)}` }),
    close: async () => {
      closeSync(descriptor);
      child.stdin.end();
      await gone;
    },
  };
}

/** The helper itself: serves in its working directory, says so on its standard output, and ends with its standard input. */
export async function servePorts(
  ports: number[],
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<void> {
  const servers = ports.map((port) =>
    createServer({ allowHalfOpen: true }, (incoming) => {
      pipeBothWays(incoming, connect({ host: "127.0.0.1", port, allowHalfOpen: true }));
    }).listen(socketName(port)),
  );
  await Promise.all(servers.map((server) => once(server, "listening")));
  streams.output.write("ready\n");
  streams.input.resume();
  await once(streams.input, "end");
}
