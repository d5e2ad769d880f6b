// Removes a folder of the daemon's machine that containers have written to as root.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { isLocal } from "./daemon/daemon-address.ts";
import type { Daemon } from "./daemon/daemon.ts";

export interface RemoveFolderOptions {
  daemon: Daemon;
  /** One that the daemon has, with rm in it. */
  image: string | undefined;
  /** The folder above it. */
  parent: string;
}

/** By this user where that will do, else by a container with the folder above mounted in it. */
export async function removeFolder(folder: string, { daemon, image, parent }: RemoveFolderOptions): Promise<void> {
  if (isLocal(daemon.address)) {
    const refused = await rm(folder, { recursive: true, force: true }).catch((error: unknown) => error);
    if (refused === undefined && !existsSync(folder)) return;
    if (image === undefined) throw refused;
  }
  if (image === undefined) return;
  const { Id } = await daemon.json<{ Id: string }>("POST", "/containers/create", {
    body: {
      Image: image,
      Entrypoint: ["rm", "-rf", `/folder/${basename(folder)}`],
      Cmd: [],
      HostConfig: { Binds: [`${parent}:/folder`] },
    },
  });
  try {
    await daemon.bytes("POST", `/containers/${Id}/start`);
    await daemon.json("POST", `/containers/${Id}/wait`);
  } finally {
    await daemon.remove(`/containers/${Id}?force=1&v=1`);
  }
}
