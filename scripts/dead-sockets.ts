// Control sockets outside of clusters' folders, which no `down` removes: those that killed schedulers have left.
import { readdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

/** A scheduler that is started anew makes its socket anew; one that is this young may be just that. */
const YOUNG_MS = 60_000;

/** Removes every socket of the folder that nobody listens at any more. */
export async function removeDeadSockets(folder: string, nowMs = Date.now()): Promise<void> {
  const sockets = readdirSync(folder)
    .filter((name) => name.endsWith(".sock"))
    .map((name) => join(folder, name));
  for (const socket of sockets) {
    if (!(await isRefused(socket))) continue;
    const found = statSync(socket, { throwIfNoEntry: false });
    if (found !== undefined && nowMs - found.mtimeMs > YOUNG_MS) rmSync(socket, { force: true });
  }
}

function isRefused(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(false);
    });
    connection.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}
