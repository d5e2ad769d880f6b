// A network in user space for containers of ordinary users: slirp4netns brings them out, and forwards ports into them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import type { PortMapping } from "../../mesos/types.ts";
import type { Connection } from "./network-connection.ts";

export interface SlirpOptions {
  pid: number;
  program: string;
  /** Of the container: for the control socket. */
  directory: string;
  /** Where host ports are opened. */
  hostIp: string;
  ownUserNamespace: boolean;
  env: NodeJS.ProcessEnv;
}

const CONTROL_SOCKET = "slirp.sock";

/** It ends with this process, however that ends. @throws Error if it does not come up */
export async function connectBySlirp(options: SlirpOptions): Promise<Connection> {
  const { pid, program, directory, hostIp, ownUserNamespace, env } = options;
  const userNamespace = ownUserNamespace ? [`--userns-path=/proc/${pid}/ns/user`] : [];
  const common = ["--configure", "--mtu=65520", "--disable-host-loopback", "--ready-fd=3", "--exit-fd=4"];
  const args = [
    ...common,
    `--api-socket=${CONTROL_SOCKET}`,
    ...userNamespace,
    "--netns-type=path",
    `/proc/${pid}/ns/net`,
    "tap0",
  ];
  const child = spawn(program, args, {
    env,
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  // It tells of everything it does: that is of interest only if it fails.
  let words = "";
  (child.stdio[2] as Readable).setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-1000)));
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`Failed to run slirp4netns: ${error.message}`));
    child.once("exit", (code) => resolve(`slirp4netns exited with status ${code ?? "unknown"} (${words.trim()})`));
  });
  const failed = await Promise.race([once(child.stdio[3] as Readable, "data").then(() => undefined), gone]);
  if (failed !== undefined) throw new Error(failed);
  return {
    publish: (mapping) => forward(directory, hostIp, mapping),
    close: async () => {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** One request per connection of the control socket; the answer names an error if there was one. */
async function forward(directory: string, hostIp: string, { host_port, container_port }: PortMapping): Promise<void> {
  const request = {
    execute: "add_hostfwd",
    arguments: { proto: "tcp", host_addr: hostIp, host_port, guest_port: container_port },
  };
  const answer = await ask(directory, JSON.stringify(request));
  const { error } = JSON.parse(answer) as { error?: { desc?: string } };
  if (error !== undefined)
    throw new Error(`Failed to publish port ${host_port}: ${error.desc ?? "slirp4netns refused"}`);
}

function ask(directory: string, request: string): Promise<string> {
  // A socket's path may have no more than 107 bytes: this way it is short, wherever the directory is.
  const descriptor = openSync(directory, "r");
  return new Promise<string>((resolve, reject) => {
    const socket = connect(`/proc/self/fd/${descriptor}/${CONTROL_SOCKET}`);
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    socket.write(request);
  }).finally(() => closeSync(descriptor));
}
